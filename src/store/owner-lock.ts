import type { BugflowError } from '../base/errors.js';
import { ensureFile } from './ensure-file.js';
import { openSqlite } from './sqlite.js';
import { explainStoreError } from './store-error.js';

/** Makes a store exclusive to one process; the system releases it when the process ends, even after a crash. */
export interface OwnerLock {
  release(): void;
}

/**
 * SQLite's own lock on an empty file beside the store, because a lock on the store itself would keep readers out, too.
 * @throws Error SQLITE_BUSY when it is held already, by another process or by this one
 */
export async function lockForOwner(path: string): Promise<OwnerLock> {
  const lockPath = lockPathOf(path);
  await ensureFile(lockPath);
  const database = await openSqlite(lockPath);
  try {
    // The holder keeps it until its process ends, so waiting is useless. The file is empty, so it needs no journal.
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
