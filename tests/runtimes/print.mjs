import * as sagaward from 'sagaward';
import { conform } from '../js/conformance.mjs';

console.log(JSON.stringify(await conform(sagaward)));
