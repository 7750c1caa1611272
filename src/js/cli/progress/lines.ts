import type { Saga } from '../../slim.js';
import { Story } from '../story.js';
import { paint, printable } from '../terminal.js';
import type { Progress } from './progress.js';

/** What happens, a line each: for pipes and logs. */
export function lines(several: boolean): Progress {
  const stories = new Map<Saga, Story>();
  return {
    begins(saga) {
      stories.set(saga, new Story(saga));
    },
    event(saga, event) {
      const told = stories.get(saga)?.tell(event);
      if (!told || told.minor) return;
      const { step, text, style } = told;
      const subject = [...(several || step === undefined ? [saga.sagaId] : []), ...(step === undefined ? [] : [step])];
      process.stdout.write(`${paint('bold', printable(subject.join(' / ')))}: ${style ? paint(style, printable(text)) : printable(text)}\n`);
    },
    ends: (saga) => void stories.delete(saga),
    note: (text) => void process.stderr.write(`${text}\n`),
    close() {},
  };
}
