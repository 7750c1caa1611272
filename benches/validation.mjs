// The verdict on a definition given as text, as bytes and as a value.
import { isValid, isValidText } from 'sagaward';
import { definition, faulty } from './definitions.mjs';
import { judges, names } from './peers.mjs';

const decoder = new TextDecoder();
const forms = {
  text: { of: (value) => JSON.stringify(value), ours: isValidText, parse: JSON.parse, most: { ajv: 0.25 } },
  bytes: { of: (value) => new TextEncoder().encode(JSON.stringify(value)), ours: isValidText, parse: (bytes) => JSON.parse(decoder.decode(bytes)), most: { ajv: 0.2 } },
  value: { of: (value) => value, ours: isValid, parse: (value) => value, most: { ajv: 0.5, cfworker: 0.05 } },
};

export const title = 'Verdict on a definition';
export const rows = Object.entries(forms).flatMap(([form, { of, ours, parse, most }]) => [5, 50, 1000].map((count) => {
  const judgedBy = { [names.sagaward]: ours };
  for (const [peer, judge] of Object.entries(judges)) judgedBy[peer] = (input) => judge(parse(input));
  const input = of(definition(count));
  return {
    name: `${form}, ${count.toLocaleString('en')} steps`,
    candidates: mapValues(judgedBy, (judge) => () => judge(input)),
    targets: Object.entries(most).map(([peer, ratio]) => ({ against: `${names[peer]} + rules`, most: ratio })),
    /** The candidates do the same work only if they give the same verdicts. */
    check() {
      for (const [who, judge] of Object.entries(judgedBy)) {
        if (judge(input) !== true) throw new Error(`${who} refuses the sound definition`);
        for (const [fault, broken] of Object.entries(faulty)) {
          if (judge(of(broken)) !== false) throw new Error(`${who} overlooks ${fault}`);
        }
      }
    },
  };
}));

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
