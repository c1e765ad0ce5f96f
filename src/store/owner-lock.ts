import type { BugflowError } from '../base/errors.js';
import { ensureFile } from './ensure-file.js';
import { openSqlite } from './sqlite.js';
import { explainStoreError } from './store-error.js';

/** That a store is one process's alone; the system lets go of it when that process ends, however it ends. */
export interface OwnerLock {
  release(): void;
}

/**
 * SQLite's own lock on an empty file beside the store: the store's would keep readers out, too.
 * @throws Error SQLITE_BUSY where another process, or this one, has it
 */
export async function lockForOwner(path: string): Promise<OwnerLock> {
  const lockPath = lockPathOf(path);
  await ensureFile(lockPath);
  const database = await openSqlite(lockPath);
  try {
    // Whoever has it keeps it: waiting would be in vain. And there is nothing that a journal could restore.
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw error;
  }
  return { release: () => void database.close() };
}

/** Why there is no lock. */
export function explainLockError(path: string, error: unknown): BugflowError {
  const explained = explainStoreError(path, error);
  // That is not about the store, which may be well.
  return explained.code === 'STATE_FILE' ? explainStoreError(lockPathOf(path), error) : explained;
}

function lockPathOf(path: string): string {
  return `${path}.lock`;
}
