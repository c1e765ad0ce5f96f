import type { Entries } from './entries.js';
import { openSqlite, type Sqlite, singleValue } from './sqlite.js';
import { explainStoreError, stateError } from './store-error.js';

/** "bugf" in ASCII: tells this file from other programs' databases; the command `file` shows it. */
const APPLICATION_ID = 0x62756766;
/** Version 1 was a JSON file. */
const FORMAT_VERSION = 2;

const CREATE = `BEGIN IMMEDIATE;
CREATE TABLE entries (
  collection TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (collection, key)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT_VERSION};
COMMIT`;

/** Opens a SQLite file; creates the tables in an empty one. @throws BugflowError when the file is not ours */
export async function openSqliteEntries(path: string): Promise<Entries> {
  let database: Sqlite | undefined;
  try {
    database = await openSqlite(path);
    // A commit is on the disk when it returns, even if the power fails.
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA');
    prepare(path, database);
    return createEntries(path, database);
  } catch (error) {
    database?.close();
    throw explainStoreError(path, error);
  }
}

function prepare(path: string, database: Sqlite): void {
  const isEmpty = singleValue(database, 'PRAGMA schema_version') === 0;
  if (isEmpty) database.exec(CREATE);
  if (singleValue(database, 'PRAGMA application_id') !== APPLICATION_ID)
    throw stateError(path, 'is not a state file of taiga-bugflow; name another one, or move it away');
  if (singleValue(database, 'PRAGMA user_version') !== FORMAT_VERSION)
    throw stateError(path, 'was written by another version of taiga-bugflow; move it away');
  if (singleValue(database, 'PRAGMA quick_check(1)') !== 'ok')
    throw stateError(path, 'is damaged; move it away');
}

function createEntries(path: string, database: Sqlite): Entries {
  const get = database.prepare('SELECT value FROM entries WHERE collection = ? AND key = ?').raw();
  const list = database.prepare('SELECT key, value FROM entries WHERE collection = ? ORDER BY key').raw();
  const put = database.prepare('INSERT OR REPLACE INTO entries (collection, key, value) VALUES (?, ?, ?)');
  const remove = database.prepare('DELETE FROM entries WHERE collection = ? AND key = ?');
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw isSqlite(error) ? explainStoreError(path, error) : error;
    }
  };
  return {
    get: (collection, key) => guard(() => (get.get(collection, key) as [string] | undefined)?.[0]),
    list: (collection) => guard(() => list.all(collection) as [string, string][]),
    put: (collection, key, value) => void guard(() => put.run(collection, key, value)),
    delete: (collection, key) => guard(() => remove.run(collection, key).changes > 0),
    transaction: (work) => guard(() => database.transaction(work).immediate()),
    close: () => void database.close(),
  };
}

function isSqlite(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');
}
