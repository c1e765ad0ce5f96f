import { BugflowError, type ErrorCode, messageOf } from '../base/errors.js';

export function stateError(path: string, problem: string, cause?: unknown): BugflowError {
  return errorWith('STATE_FILE', path, problem, cause);
}

export function unwritable(path: string, reason: string, cause?: unknown): BugflowError {
  return errorWith('STATE_FILE_UNWRITABLE', path, `cannot be written: ${reason}`, cause);
}

/** Explains an error of the file system or of SQLite. */
export function explainStoreError(path: string, error: unknown): BugflowError {
  if (error instanceof BugflowError) return error;
  const code = codeOf(error);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return errorWith(
      'STATE_FILE_IN_USE',
      path,
      'is in use by another process; each running instance needs its own',
      error,
    );
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return stateError(path, 'is damaged; move it away', error);
  return unwritable(path, reasonOf(code, error), error);
}

function errorWith(code: ErrorCode, path: string, problem: string, cause: unknown): BugflowError {
  return new BugflowError(code, `state_file: ${path} ${problem}`, { cause });
}

function reasonOf(code: string, error: unknown): string {
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') return 'the disk is full';
  if (code === 'ENOENT') return 'its folder is missing';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'SQLITE_READONLY_DBMOVED')
    return 'it was moved or deleted while it was in use; restart the service';
  if (code === 'EROFS' || code.startsWith('SQLITE_READONLY')) return 'it may only be read';
  return messageOf(error);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
