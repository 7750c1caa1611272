import { reason } from '../arguments.js';
import { SagawardError } from '../errors.js';
import { CorruptLine } from './file_journal_lines.js';

/** Does it; a line that nobody wrote becomes an error that names its file. */
export function corruptIn<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof CorruptLine ? corrupt(path, error.line, error.message) : error;
  }
}

/** What a file holds that no journal wrote. */
export function corrupt(path: string, line: number | undefined, message: string): SagawardError {
  const place = line === undefined ? path : `${path}:${line}`;
  return new SagawardError('corrupt_journal', `${place}: ${message}. Nothing was changed; docs/recovery.md says what can be done.`);
}

/** Does it; what the system refuses becomes an error that says what can be done. */
export function attempt<T>(what: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failure(what, path, error);
  }
}

const ADVICE: Record<string, string> = {
  ENOSPC: 'Make room on the disk, then recover the saga.',
  EDQUOT: 'Make room on the disk, then recover the saga.',
  EFBIG: 'Raise the limit for the size of files, then recover the saga.',
  EMFILE: 'Raise the limit for open files, then recover the saga.',
  EACCES: 'Let this user read and write there, then recover the saga.',
  EPERM: 'Let this user read and write there, then recover the saga.',
  EROFS: 'Let this user read and write there, then recover the saga.',
  ENOTDIR: 'Name a directory.',
  EEXIST: 'Name a directory.',
};

/** What the system refused. */
export function failure(what: string, path: string, cause: unknown, advice?: string): SagawardError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  return new SagawardError('journal_failed', `Cannot ${what} ${path}: ${reason(cause)}. ${advice ?? ADVICE[code] ?? 'Check the disk, then recover the saga.'}`, { cause });
}
