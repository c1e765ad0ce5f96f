import { ensureFile } from './ensure-file.js';
import { openSqlite } from './sqlite.js';

/** That a store is one process's alone; the system lets go of it when that process ends, however it ends. */
export interface OwnerLock {
  release(): void;
}

/**
 * SQLite's own lock on an empty file beside the store: the store's would keep readers out, too.
 * @throws Error SQLITE_BUSY where another process, or this one, has it
 */
export async function lockForOwner(path: string): Promise<OwnerLock> {
  const lockPath = `${path}.lock`;
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
