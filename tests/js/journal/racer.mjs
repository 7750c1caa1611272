// A process that does as its parent says: look at a saga, and then go on with it; or begin it.
import { recover, run } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { all, sagaOf, step } from './sagas.mjs';

const journal = new FileJournal(process.argv[2]);
let known;
// All go on from what they have seen together.
const looked = { append: (...given) => journal.append(...given), read: () => known, list: () => journal.list() };

const orders = {
  async look(sagaId) {
    known = await all(journal.read(sagaId));
    return { seen: known.length };
  },
  goOn: (sagaId) => performed((options) => recover(looked, sagaId, options)),
  begin: (sagaId) => performed((options) => run(sagaOf(sagaId, [step('a'), step('b')]), { ...options, journal })),
  /** Stops where `b` begins, until it is woken. */
  sleep: (sagaId) =>
    performed((options) =>
      run(sagaOf(sagaId, [step('a'), step('b'), step('c')]), {
        ...options,
        journal,
        execute: (step, context) => {
          options.execute(step, context);
          if (step.step_id === 'b') process.kill(process.pid, 'SIGSTOP');
        },
      }),
    ),
};

async function performed(go) {
  const called = [];
  const outcome = await go({ execute: ({ step_id }) => void called.push(step_id), compensate: ({ step_id }) => void called.push(`undo ${step_id}`) }).then(
    ({ outcome }) => outcome,
    ({ code, message }) => code ?? message,
  );
  return { outcome, called };
}

process.on('message', async ({ order, sagaId }) => process.send(await orders[order](sagaId)));
process.send({ isReady: true });
