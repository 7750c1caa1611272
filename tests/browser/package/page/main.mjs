import * as sagaward from 'sagaward';
import { conform } from '../../../js/conformance.mjs';

window.outcome = await conform(sagaward);
