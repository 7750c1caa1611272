// Definitions and actions to run from the command line.
export const step = (id, more) => ({ id, action_id: 'test.run', agent: `did:${id}`, execute_api: `/${id}`, undo_api: `/${id}/undo`, ...more });
export const saga = (steps, more) => ({ name: 'work', session_id: 's', saga_id: 'work-1', steps, ...more });
export const chain = saga([step('a'), step('b'), step('c')]);

/** Actions that do what the step's id in these lists asks for; `more` goes into the module. */
export const actions = ({ fail = [], hang = [], failUndo = [], hangUndo = [] } = {}, more = '') => `
  const obey = (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  const act = (fail, hang) => async ({ step_id }, { signal }) => {
    if (fail.includes(step_id)) throw new Error('no ' + step_id);
    if (hang.includes(step_id)) await obey(signal);
    return { done: step_id };
  };
  export const execute = act(${JSON.stringify(fail)}, ${JSON.stringify(hang)});
  export const compensate = act(${JSON.stringify(failUndo)}, ${JSON.stringify(hangUndo)});
  export const abortGraceMs = 100;
  ${more}
`;
