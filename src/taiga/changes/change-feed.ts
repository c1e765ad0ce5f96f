import { BugflowError, hasCode } from '../../base/errors.js';
import type { Database } from '../../database/database.js';
import type { Model } from '../history-keys.js';
import type { ParameterValues } from '../parameters.js';
import type { Reader } from '../reader.js';
import { createChangeQueries } from './change-queries.js';
import { createHistoryWatch } from './history-watch.js';
import { createItemGroups } from './item-groups.js';
import { createKnownProjects, NO_PROJECT_CHANGES } from './known-projects.js';
import { continues, isUntouched, type Position } from './position.js';
import { readPosition } from './read-position.js';

/**
 * Which items changed, told cheaply: their number decides what it costs, not how much history there is.
 *
 * Every version of a row carries the transaction that wrote it (`xmin`). Whatever was not yet committed at one look has
 * a transaction at or after the oldest that was running then, so "written at or after it" finds late commits too, and
 * may only find something twice. This sees what the timeline and modified_date miss: drag and drop, stories closed by
 * their tasks. History and the end of the timeline are looked at as well, for what was written after the item; and items
 * that are gone are those whose id is no longer there.
 */
export interface ChangeFeed {
  /** Looks what changed; resolves to a mark for `since`. Looks that come together are one. @throws BugflowError */
  poll(): Promise<number>;
  /** History keys of what changed after the mark (without one: of everything), in groups that must be read together. */
  since(mark: number | undefined): string[][];
  /**
   * The mark at which a project was last found to be gone or to have another name. What was read before holds series
   * that a fresh start would not have: all must be read anew.
   */
  restartedAt(): number;
  /** Rows of history that an item has, on average. */
  entriesPerItem(): number;
  /** The mark of the last look that took everything for changed, as at the start: another server is read, perhaps. */
  foundAllAt(): number;
}

export interface ChangeFeedOptions {
  readonly database: Database;
  readonly reader: Reader;
  readonly values: () => ParameterValues;
  /** Milliseconds, monotonic. */
  readonly clock?: () => number;
}

/** An item's rows in two tables need not be committed together: what changed is looked at once more. */
const LOOKS_PER_CHANGE = 2;

export function createChangeFeed({ database, reader, values, clock }: ChangeFeedOptions): ChangeFeed {
  const queries = createChangeQueries(database);
  const history = createHistoryWatch(database, clock);
  const projects = createKnownProjects(reader, values);
  const groups = createItemGroups();
  /** Mark of each key's latest change. */
  const changedAt = new Map<string, number>();
  /** Ids of what exists. */
  const living = new Map<Model, Set<number>>();
  /** Keys to report again, and how often. */
  const again = new Map<string, number>();
  /** What was found changed and is not yet reported: it outlives a look that fails. */
  const found = new Set<string>();
  /** Keys with history that is dated in the future, and when its time comes. */
  const future = new Map<string, number>();
  let mark = 0;
  let restartedAt = 0;
  let foundAllAt = 0;
  let entriesPerItem = 0;
  let position: Position | undefined;
  let polling: Promise<number> | undefined;

  /** Compares the ids that are there with those that were: what came or went has changed. */
  const findComeAndGone = async (model: Model): Promise<void> => {
    const before = living.get(model) ?? new Set();
    const present = await queries.readIds(model);
    for (const id of before) if (!present.has(id)) found.add(`${model}:${id}`);
    for (const id of present) if (!before.has(id)) found.add(`${model}:${id}`);
    living.set(model, present);
  };

  const findEverything = async (next: Position): Promise<void> => {
    const { tables } = next;
    await history.begin(next);
    const { keys, entries } = await queries.readAllKeys(tables);
    for (const key of keys) found.add(key);
    entriesPerItem = entries / Math.max(1, keys.size);
    for (const model of tables) await findComeAndGone(model);
  };

  const findChangedItems = async (since: Position, next: Position): Promise<void> => {
    const { keys, tables } = await queries.readChanges({ ...since, tables: next.tables });
    for (const key of keys) found.add(key);
    for (const [model, { count, sum }] of tables) {
      const known = living.get(model) ?? new Set();
      for (const key of keys) if (key.startsWith(`${model}:`)) known.add(Number(key.slice(model.length + 1)));
      living.set(model, known);
      if (known.size !== count || sumOf(known) !== sum) await findComeAndGone(model);
    }
  };

  const findChanges = async (since: Position, next: Position): Promise<void> => {
    if (!isUntouched(since, next)) await findChangedItems(since, next);
    // Also then: what it could not find yet it looks for once an hour.
    for (const key of await history.look(next, [...found, ...again.keys()])) found.add(key);
  };

  const readGroups = async (keys: readonly string[] | null): Promise<void> => {
    const { columns, rows } = await reader.readRelation('item_group', { ...values(), keys });
    const [member, group] = [columns.indexOf('key'), columns.indexOf('item_group')];
    for (const row of rows) groups.join(row[member] ?? '', row[group] ?? '');
  };

  const readFuture = async (keys: readonly string[] | null, now: string): Promise<void> => {
    const dates = await queries.readFuture(keys, now);
    for (const key of keys ?? [...future.keys()]) future.delete(key);
    for (const [key, at] of dates) future.set(key, at);
  };

  const look = async (): Promise<number> => {
    const now = String(values().now);
    // Before anything is read: what is written meanwhile is found by the next look.
    const next = await readPosition(database);
    const since = position !== undefined && continues(position, next) ? position : undefined;
    if (!since) await findEverything(next);
    else await findChanges(since, next);
    // After what happened in them, of which nothing is told while they are not exported.
    const { isLost, added } =
      since && isUntouched(since, next) ? NO_PROJECT_CHANGES : await projects.look(next);
    if (added.length > 0) for (const key of await queries.readKeysOf(added, next.tables)) found.add(key);

    const changed = new Set([...found, ...again.keys()]);
    for (const [key, at] of future) if (at <= Date.parse(now)) changed.add(key);
    if (changed.size > 0) {
      const keys = since ? [...changed] : null;
      await readGroups(keys);
      await readFuture(keys, now);
    }

    mark += 1;
    if (!since) foundAllAt = mark;
    for (const key of changed) changedAt.set(key, mark);
    for (const [key, looks] of again) {
      if (looks > 1) again.set(key, looks - 1);
      else again.delete(key);
    }
    if (position) for (const key of found) again.set(key, LOOKS_PER_CHANGE - 1);
    found.clear();
    projects.accept();
    if (isLost) restartedAt = mark;
    position = next;
    return mark;
  };

  return {
    poll() {
      polling ??= look()
        .catch((error: unknown) => {
          throw nameSlowLook(error);
        })
        .finally(() => {
          polling = undefined;
        });
      return polling;
    },
    restartedAt: () => restartedAt,
    foundAllAt: () => foundAllAt,
    entriesPerItem: () => entriesPerItem,
    since(from) {
      const changed = new Set<ReadonlySet<string>>();
      for (const [key, at] of changedAt) if (from === undefined || at > from) changed.add(groups.of(key));
      return [...changed].map((group) => [...group]);
    },
  };
}

/** Its own statements have no file that anybody could look into. */
function nameSlowLook(error: unknown): unknown {
  if (!hasCode(error, 'COLLECTOR_TIMEOUT') || error.place) return error;
  return new BugflowError(error.code, `looking for what changed in Taiga: ${error.message}`, {
    cause: error,
  });
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
