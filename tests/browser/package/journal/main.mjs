import { recover, run, Saga } from 'sagaward';
import { IndexedDbJournal } from 'sagaward/browser';
import { cases } from '../../../js/journal/contract.mjs';

/** What was read of sagas, for two tabs to go on from the same. */
const seen = new Map();
const definition = { name: 'work', session_id: 's', steps: ['a', 'b', 'c'].map((id) => ({ id, action_id: 'test.run', agent: 'did:a', undo_api: '/undo' })) };

Object.assign(window, {
  names: Object.keys(cases),

  /** What a case came to: 'ok', or what went wrong. */
  async keep(name) {
    try {
      const make = () => ({ journal: new IndexedDbJournal(name), again: () => new IndexedDbJournal(name) });
      await cases[name](make);
      return 'ok';
    } catch (error) {
      return String(error?.stack ?? error);
    }
  },

  /** Runs a saga up to step `b`, which never ends; which steps were called. */
  begin(sagaId) {
    return new Promise((resolve, reject) => {
      const called = [];
      const execute = ({ step_id }) => {
        called.push(step_id);
        if (step_id !== 'b') return step_id;
        resolve(called);
        return new Promise(() => {});
      };
      run(Saga.fromDefinition(definition, { saga_id: sagaId }), { journal: new IndexedDbJournal(), execute, compensate() {} }).then(reject, reject);
    });
  },

  /** Reads a saga, to go on with it later. */
  async look(sagaId) {
    seen.set(sagaId, await Array.fromAsync(new IndexedDbJournal().read(sagaId)));
  },

  /** Goes on with it: the outcome, or the code of the error, and which steps were called. */
  async goOn(sagaId) {
    const called = [];
    const options = { execute: ({ step_id }) => void called.push(step_id), compensate() {} };
    const journal = new IndexedDbJournal();
    const known = seen.get(sagaId);
    if (known) journal.read = () => known;
    const outcome = await recover(journal, sagaId, options).then(({ outcome }) => outcome, ({ code }) => code);
    return { outcome, called };
  },
});
window.isReady = true;
