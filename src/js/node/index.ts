export { terminateProcess, terminateWorker } from './terminate.js';
