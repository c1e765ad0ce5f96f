import type Libsql from 'libsql';
import { stateError } from './store-error.js';

export type Sqlite = Libsql.Database;

/** A reader holds the file for less than a millisecond, a writer for a few. */
const BUSY_TIMEOUT_MS = 5000;

/** Loads libsql only when there is a store, as it takes 10 MB of memory. @throws BugflowError where it does not run */
export async function openSqlite(path: string): Promise<Sqlite> {
  let library: typeof Libsql;
  try {
    library = (await import('libsql')).default;
  } catch (error) {
    throw stateError(
      path,
      `cannot be used on ${process.platform} ${process.arch}, for which libsql has no binary; leave state_file out`,
      error,
    );
  }
  return new library(path, { timeout: BUSY_TIMEOUT_MS });
}

/** The only value of the only row; undefined when there is none. */
export function singleValue(database: Sqlite, sql: string): unknown {
  // Rows as arrays: pluck() has no effect on get().
  const row = database.prepare(sql).raw().get() as readonly unknown[] | undefined;
  return row?.[0];
}
