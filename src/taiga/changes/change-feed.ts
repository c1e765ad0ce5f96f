import { BugflowError, hasCode } from '../../base/errors.js';
import { createUint32List } from '../../base/uint32-list.js';
import type { Database } from '../../database/database.js';
import type { Model } from '../history-keys.js';
import type { ParameterValues } from '../parameters.js';
import type { Reader } from '../reader.js';
import { createChangeQueries } from './change-queries.js';
import { createHistoryWatch } from './history-watch.js';
import { hasId, type Ids, NO_IDS, sumOf, withIds } from './ids.js';
import { createItemGroups, type Groups } from './item-groups.js';
import { createItemNumbers, type ItemNumbers } from './item-numbers.js';
import { createKnownProjects, NO_PROJECT_CHANGES } from './known-projects.js';
import { continues, isUntouched, type Position } from './position.js';
import { readPosition } from './read-position.js';

/**
 * Finds the items that changed since the last poll. The cost depends on how many they are, not on how much history there is.
 *
 * Every version of a row carries the transaction that wrote it (`xmin`). A row that was not yet committed at one poll was
 * written by the oldest transaction that was running then, or by a later one. So "written by that one or later" also finds
 * late commits, and at worst finds something twice. It finds what the timeline and modified_date miss, too: drag and drop,
 * stories closed by their tasks. History and the end of the timeline are read as well, for what was written after the item.
 * An item whose id is no longer in its table was deleted.
 */
export interface ChangeFeed {
  /** The numbers of the items found so far. */
  readonly items: ItemNumbers;
  /** Finds what changed; resolves to a mark for `since`. Calls at the same time share one poll. @throws BugflowError */
  poll(): Promise<number>;
  /** History keys of what changed after the mark (without a mark: of everything), in groups that must be read together. */
  since(mark: number | undefined): Groups<string>;
  /** The groups to which these items belong. */
  groupsOf(keys: readonly string[]): Groups<string>;
  /**
   * The mark at which a project was last found deleted, filtered out or renamed. What was counted before that has series
   * that a fresh start would not have, so everything must be read again.
   */
  restartedAt(): number;
  /** Rows of history that an item has, on average. */
  entriesPerItem(): number;
  /** The mark of the last poll that took everything as changed: the first one, and one on another server. */
  foundAllAt(): number;
}

export interface ChangeFeedOptions {
  readonly database: Database;
  readonly reader: Reader;
  readonly values: () => ParameterValues;
  /** Milliseconds, monotonic. */
  readonly clock?: () => number;
}

/** An item's rows in two tables need not be committed together, so a changed item is reported by the next poll, too. */
const REPORTS_PER_CHANGE = 2;

export function createChangeFeed({ database, reader, values, clock }: ChangeFeedOptions): ChangeFeed {
  const queries = createChangeQueries(database);
  const history = createHistoryWatch(database, clock);
  const projects = createKnownProjects(reader, values);
  const items = createItemNumbers();
  const groups = createItemGroups();
  /** Mark of each item's latest change. */
  const changedAt = createUint32List();
  let lastChangeAt = 0;
  /** Ids of what exists. */
  const living = new Map<Model, Ids>();
  /** Items to report again, and by how many polls. */
  const again = new Map<number, number>();
  /** Items found changed and not yet reported; kept when a poll fails. */
  const found = new Set<number>();
  /** Keys with history that is dated in the future, and that date in Unix milliseconds. */
  const future = new Map<string, number>();
  let mark = 0;
  let restartedAt = 0;
  let foundAllAt = 0;
  let entriesPerItem = 0;
  let position: Position | undefined;
  let polling: Promise<number> | undefined;

  const find = (key: string): void => {
    found.add(items.of(key));
  };

  /** Compares the ids in a table with those before: items that were added or deleted have changed. */
  const findAddedAndDeleted = async (model: Model): Promise<void> => {
    const before = living.get(model) ?? NO_IDS;
    const present = await queries.readIds(model);
    for (const id of before) if (!hasId(present, id)) find(`${model}:${id}`);
    for (const id of present) if (!hasId(before, id)) find(`${model}:${id}`);
    living.set(model, present);
  };

  const findEverything = async (next: Position): Promise<void> => {
    const { tables } = next;
    await history.begin(next);
    const { count, entries } = await queries.readAllKeys(tables, find);
    entriesPerItem = entries / Math.max(1, count);
    for (const model of tables) await findAddedAndDeleted(model);
  };

  const findChangedItems = async (since: Position, next: Position): Promise<void> => {
    const { keys, tables } = await queries.readChanges({ ...since, tables: next.tables });
    for (const key of keys) find(key);
    for (const [model, { count, sum }] of tables) {
      const written = [...keys].filter((key) => key.startsWith(`${model}:`));
      const known = withIds(
        living.get(model) ?? NO_IDS,
        written.map((key) => Number(key.slice(model.length + 1))),
      );
      living.set(model, known);
      if (known.length !== count || sumOf(known) !== sum) await findAddedAndDeleted(model);
    }
  };

  const findChanges = async (since: Position, next: Position): Promise<void> => {
    if (!isUntouched(since, next)) await findChangedItems(since, next);
    // Also when untouched: once an hour it searches for rows that it knows to be missing.
    const known = Array.from(new Set([...found, ...again.keys()]), items.keyOf);
    for (const key of await history.findNew(next, known)) find(key);
  };

  const readGroups = async (keys: readonly string[] | null): Promise<void> => {
    const { columns, rows } = await reader.readRelation('item_group', { ...values(), keys });
    const [member, group] = [columns.indexOf('key'), columns.indexOf('item_group')];
    for (const row of rows) groups.join(items.of(row[member] ?? ''), items.of(row[group] ?? ''));
  };

  const readFuture = async (keys: readonly string[] | null, now: string): Promise<void> => {
    const dates = await queries.readFuture(keys, now);
    for (const key of keys ?? [...future.keys()]) future.delete(key);
    for (const [key, at] of dates) future.set(key, at);
  };

  const pollOnce = async (): Promise<number> => {
    const now = String(values().now);
    // Before anything else is read: what is written meanwhile is found by the next poll.
    const next = await readPosition(database);
    const since = position !== undefined && continues(position, next) ? position : undefined;
    if (!since) await findEverything(next);
    else await findChanges(since, next);
    // A project that was not exported until now: nothing of it was reported yet.
    const { isLost, added } =
      since && isUntouched(since, next) ? NO_PROJECT_CHANGES : await projects.compare(next);
    if (added.length > 0) for (const key of await queries.readKeysOf(added, next.tables)) find(key);

    const changed = new Set(found);
    for (const item of again.keys()) changed.add(item);
    for (const [key, at] of future) if (at <= Date.parse(now)) changed.add(items.of(key));
    if (changed.size > 0) {
      const keys = since ? Array.from(changed, items.keyOf) : null;
      await readGroups(keys);
      await readFuture(keys, now);
    }

    mark += 1;
    if (!since) foundAllAt = mark;
    for (const item of changed) changedAt.set(item, mark);
    if (changed.size > 0) lastChangeAt = mark;
    for (const [item, reports] of again) {
      if (reports > 1) again.set(item, reports - 1);
      else again.delete(item);
    }
    if (position) for (const item of found) again.set(item, REPORTS_PER_CHANGE - 1);
    found.clear();
    projects.accept();
    if (isLost) restartedAt = mark;
    position = next;
    return mark;
  };

  function* changedSince(from: number): Iterable<number> {
    for (let item = 0; item < changedAt.length(); item++) if (changedAt.get(item) > from) yield item;
  }

  const groupsOf = (wanted: Iterable<number>): Groups<string> => {
    const joined = groups.of(wanted);
    return {
      itemCount: joined.itemCount,
      *[Symbol.iterator]() {
        for (const group of joined) yield group.map(items.keyOf);
      },
    };
  };

  return {
    items,
    poll() {
      polling ??= pollOnce()
        .catch((error: unknown) => {
          throw explainTimeout(error);
        })
        .finally(() => {
          polling = undefined;
        });
      return polling;
    },
    restartedAt: () => restartedAt,
    foundAllAt: () => foundAllAt,
    entriesPerItem: () => entriesPerItem,
    since: (from = 0) => groupsOf(from < lastChangeAt ? changedSince(from) : []),
    groupsOf: (keys) => groupsOf(keys.map(items.of)),
  };
}

/** The feed's own statements stand in no file that an error could name. */
function explainTimeout(error: unknown): unknown {
  if (!hasCode(error, 'COLLECTOR_TIMEOUT') || error.place) return error;
  return new BugflowError(error.code, `looking for what changed in Taiga: ${error.message}`, {
    cause: error,
  });
}
