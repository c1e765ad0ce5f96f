import { open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { BugflowError, isErrorCode } from '../base/errors.js';
import { explainReadError } from '../base/explain-read-error.js';
import { readAtMost } from '../base/read-at-most.js';
import { tryJson } from '../base/try-json.js';
import { ensureFile } from './ensure-file.js';
import type { Entries } from './entries.js';
import { parseJsonState } from './json-state.js';
import { explainLockError, lockForOwner, type OwnerLock } from './owner-lock.js';
import { createReadOnlyEntries } from './read-only-entries.js';
import { openSqliteEntries } from './sqlite-entries.js';
import { explainStoreError, stateError } from './store-error.js';

/**
 * The service's own small state, in one file that survives a crash during a write. Every method returns only once the
 * change is on the disk. They throw BugflowError STATE_FILE when it is damaged, STATE_FILE_UNWRITABLE, STATE_FILE_IN_USE.
 */
export interface Store {
  /** Values are checked against the schema when they are read. */
  collection<T>(name: string, schema: z.ZodType<T>): Collection<T>;
  /** Does all of the work, in any collections, or none of it; the work must be synchronous. */
  transaction<T>(work: () => T): T;
  close(): void;
}

export interface Collection<T> {
  get(key: string): T | undefined;
  /** Sorted by key. */
  list(): readonly (readonly [key: string, value: T])[];
  put(key: string, value: T): void;
  /** Returns whether the key existed. */
  delete(key: string): boolean;
}

/**
 * - `own`: reads and writes; only one process at a time can.
 * - `read`: only reads, also while another process owns the file, and where there is no file yet.
 */
export type Access = 'own' | 'read';

/** The key in a collection with a single entry, such as a section of an old JSON file becomes. */
export const ONLY_KEY = 'all';

const MAX_JSON_BYTES = 64 * 2 ** 20;
const SQLITE_HEADER = 'SQLite format 3\0';

/**
 * Creates the file where there is none. The owner converts a JSON file of an earlier version once.
 * @throws BugflowError
 */
export async function openStore(link: string, access: Access): Promise<Store> {
  const path = await targetOf(link);
  if (access === 'read') return createStore(path, await openToRead(path));
  let lock: OwnerLock;
  try {
    lock = await lockForOwner(path);
  } catch (error) {
    throw explainLockError(path, error);
  }
  try {
    return createStore(path, await openAsOwner(path), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The file itself, where a link leads to it: so that it has one owner by whatever name, and the link stays one. */
async function targetOf(path: string): Promise<string> {
  // There may be nothing yet where the link leads to.
  const next = await readlink(path).catch(() => undefined);
  if (next !== undefined) path = resolve(dirname(path), next);
  return realpath(path).catch(() => path);
}

async function openToRead(path: string): Promise<Entries> {
  const json = await readJson(path);
  if (json === 'absent') return createReadOnlyEntries(path, new Map(), ONLY_KEY);
  return json === undefined ? openSqliteEntries(path) : createReadOnlyEntries(path, json, ONLY_KEY);
}

async function openAsOwner(path: string): Promise<Entries> {
  const json = await readJson(path);
  try {
    if (json instanceof Map) await takeOver(path, json);
    else await ensureFile(path);
  } catch (error) {
    throw explainStoreError(path, error);
  }
  return openSqliteEntries(path);
}

/** Replaces the file in one step: a reader sees the old file or the whole new one. */
async function takeOver(path: string, sections: ReadonlyMap<string, string>): Promise<void> {
  const next = `${path}.new`;
  await rm(next, { force: true });
  await ensureFile(next);
  const entries = await openSqliteEntries(next);
  try {
    entries.transaction(() => {
      for (const [section, value] of sections) entries.put(section, ONLY_KEY, value);
    });
  } finally {
    entries.close();
  }
  await rename(next, path);
  const folder = await open(dirname(path));
  await folder.sync().finally(() => folder.close());
}

/**
 * The sections of a JSON file; `absent` also when the file is empty, undefined when it is a SQLite file.
 * @throws BugflowError when it is neither
 */
async function readJson(path: string): Promise<ReadonlyMap<string, string> | 'absent' | undefined> {
  let bytes: Buffer | undefined;
  try {
    const stats = await stat(path);
    if (!stats.isFile() && !stats.isDirectory()) throw stateError(path, 'is not a file; name another one');
    if (stats.isFile() && stats.size === 0) return 'absent';
    if ((await readHeader(path)) === SQLITE_HEADER) return undefined;
    bytes = await readAtMost(path, MAX_JSON_BYTES);
  } catch (error) {
    if (error instanceof BugflowError) throw error;
    if (isErrorCode(error, 'ENOENT')) return 'absent';
    throw stateError(path, `cannot be read: ${explainReadError(error)}`, error);
  }
  if (bytes === undefined) throw stateError(path, 'is larger than 64 MiB, so taiga-bugflow did not write it');
  return parseJsonState(path, bytes.toString('utf8'));
}

async function readHeader(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SQLITE_HEADER.length));
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function createStore(path: string, entries: Entries, lock?: OwnerLock): Store {
  const parse = <T>(schema: z.ZodType<T>, name: string, key: string, json: string): T => {
    const parsed = schema.safeParse(tryJson(json));
    if (parsed.success) return parsed.data;
    throw stateError(path, `is damaged (at ${name}/${key}); move it away`, parsed.error);
  };
  return {
    collection: (name, schema) => ({
      get(key) {
        const json = entries.get(name, key);
        return json === undefined ? undefined : parse(schema, name, key, json);
      },
      list: () => entries.list(name).map(([key, json]) => [key, parse(schema, name, key, json)] as const),
      put: (key, value) => entries.put(name, key, JSON.stringify(value)),
      delete: (key) => entries.delete(name, key),
    }),
    transaction: (work) => entries.transaction(work),
    close() {
      entries.close();
      lock?.release();
    },
  };
}
