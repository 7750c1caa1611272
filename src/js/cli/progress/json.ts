import type { Saga, SagaEvent } from '../../slim.js';
import type { Progress } from './progress.js';

/** An event a line, each with its saga. */
export function json(): Progress {
  return {
    begins() {},
    event(saga, event) {
      process.stdout.write(eventLine(saga, event));
    },
    ends({ sagaId: saga_id, outcome, error }) {
      process.stdout.write(`${JSON.stringify({ saga_id, type: 'ended', outcome, error })}\n`);
    },
    note: (text) => void process.stderr.write(`${text}\n`),
    close() {},
  };
}

export function eventLine({ sagaId }: Pick<Saga, 'sagaId'>, event: SagaEvent): string {
  return `${JSON.stringify({ saga_id: sagaId, ...event })}\n`;
}
