export { FileJournal } from './file_journal.js';
export { terminateProcess, terminateWorker } from './terminate.js';
