export { IndexedDbJournal } from './indexed_db_journal.js';
