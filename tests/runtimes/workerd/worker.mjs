import * as sagaward from 'sagaward';
import { conform, definition } from '../../js/conformance.mjs';

// While the module loads, workerd forbids compiling and randomness.
const early = sagaward.isValid(definition);

export default {
  fetch: async () => Response.json({ early, inRequest: await conform(sagaward) }),
};
