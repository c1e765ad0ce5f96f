import { BugflowError, messageOf } from '../base/errors.js';

/** Explains, with the fix, why a file or folder cannot be written. */
export function outputError(error: unknown, path: string): BugflowError {
  if (error instanceof BugflowError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new BugflowError('BACKFILL_OUTPUT', explain(code, path) ?? `${path}: ${messageOf(error)}`, {
    cause: error,
  });
}

export function diskFull(path: string): string {
  return `${path}: the disk is full; make room, or choose a larger --step or a shorter time`;
}

function explain(code: string, path: string): string | undefined {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${path}: may not be written by user ${process.getuid?.() ?? '?'}; check its owner and permissions`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${path}: must be a folder, but it is a file`;
    case 'ENOENT':
      return `${path}: there is no such folder`;
    default:
      return undefined;
  }
}
