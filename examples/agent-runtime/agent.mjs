// The process of one agent: it does what its runtime asks for, and ends with it.
import { actions } from './actions.mjs';

const isDrifting = process.argv.includes('--drifting');

process.on('message', async ({ id, actionId, places }) => {
  // It has better things to do, for ever.
  if (isDrifting) for (;;);
  try {
    process.send({ id, result: await actions[actionId].execute(places) });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
