import { messageOf } from './errors.js';

/** Why a file cannot be read, without its path. */
export function explainReadError(error: unknown): string {
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'ENOENT') return 'there is no such file';
    if (error.code === 'EACCES') return 'permission denied';
    if (error.code === 'EISDIR') return 'it is a folder';
  }
  return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
}
