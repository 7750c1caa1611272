import { test } from 'node:test';
import { assertFlat } from './memory.mjs';

const share = process.env.SAGAWARD_LONG ? 1 : 0.01;

const preparation = `
  const { isValid, isValidText, validate, validateText, Saga, KillSwitch } = sagaward;
  const step = (id, more) => ({ id, action_id: 'data.' + id, agent: 'did:' + id, undo_api: '/undo', ...more });
  const definition = { name: 'work', session_id: 's', steps: [step('a'), step('b', { depends_on: ['a'] })] };
  const faulty = { ...definition, steps: [step('a'), step('a', { depends_on: ['z'] })] };
  const text = JSON.stringify(faulty);
  const bytes = new TextEncoder().encode(JSON.stringify(definition));
  const make = () => {
    const saga = Saga.fromDefinition(definition);
    saga.transitionStep('a', 'executing');
    return saga;
  };`;

const works = {
  'validations': [1_000_000, `
    const judge = [() => isValid(definition), () => !validate(faulty).valid, () => isValidText(bytes), () => !validateText(text).valid][i % 4];
    if (!judge()) throw new Error('misjudged');`],
  'sagas, by using': [100_000, `using saga = make(); saga.steps();`],
  'sagas, by free': [100_000, `const saga = make(); saga.snapshot(); saga.free();`],
  'sagas, left to the garbage collector': [100_000, `make().log(); if (i % 1000 === 999) await collect();`],
  'kills': [100_000, `
    const saga = make();
    kills.attach(saga);
    kills.registerAgent('did:a', async () => {});
    const { handoff_success_count } = await kills.kill({ agent_did: 'did:a', session_id: 's', reason: 'manual' });
    if (handoff_success_count !== 1) throw new Error('not handed over');
    kills.detach(saga);
    saga.free();`],
};

// Of those that say the most, a hundredth each time.
const chosen = Object.entries(works).filter(([what]) => share === 1 || ['validations', 'kills'].includes(what));

for (const [what, [count, work]] of chosen) {
  test(`${(count * share).toLocaleString('en')} ${what}: the memory stays flat`, (t) => assertFlat(t, {
    preparation: `${preparation}
      const kills = new KillSwitch({ historyLimit: 10 });
      kills.registerSubstitute('s', 'did:substitute');`,
    work,
    count: count * share,
  }));
}
