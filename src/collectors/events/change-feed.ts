import type { Database } from '../../database/database.js';
import type { ParameterValues } from '../parameters.js';
import type { Reader } from '../reader.js';
import { createChangeQueries, type Horizon, MODELS, type Model } from './change-queries.js';
import { createItemGroups } from './item-groups.js';

/**
 * Which items changed, told cheaply: their number decides what it costs, not how much history there is.
 *
 * Every version of a row carries the transaction that wrote it (`xmin`). Whatever was not yet committed at one look has
 * a transaction at or after the oldest that was running then, so "written at or after it" finds late commits too, and
 * may only find something twice. This sees what the timeline and modified_date miss: drag and drop, stories closed by
 * their tasks. The end of the timeline is looked at as well, for history written a moment after the item; and items
 * that are gone are those whose id is no longer there.
 */
export interface ChangeFeed {
  /** Looks what changed; resolves to a mark for `since`. Looks that come together are one. @throws BugflowError */
  poll(): Promise<number>;
  /** History keys of what changed after the mark (without one: of everything), in groups that must be read together. */
  since(mark: number | undefined): string[][];
  /** The mark of the last look that took everything for changed, as at the start: another server is read, perhaps. */
  foundAllAt(): number;
}

export interface ChangeFeedOptions {
  readonly database: Database;
  readonly reader: Reader;
  readonly values: () => ParameterValues;
}

/** An item's rows in two tables need not be committed together: what changed is looked at once more. */
const LOOKS_PER_CHANGE = 2;

export function createChangeFeed({ database, reader, values }: ChangeFeedOptions): ChangeFeed {
  const queries = createChangeQueries(database);
  const groups = createItemGroups();
  /** Mark of each key's latest change. */
  const changedAt = new Map<string, number>();
  /** Ids of the items that exist. */
  const living = new Map<Model, Set<number>>();
  /** Keys to report again, and how often. */
  const again = new Map<string, number>();
  /** What was found changed and is not yet reported: it outlives a look that fails. */
  const found = new Set<string>();
  /** Keys with history that is dated in the future, and when its time comes. */
  const future = new Map<string, number>();
  let mark = 0;
  let foundAllAt = 0;
  let horizon: Horizon | undefined;
  let polling: Promise<number> | undefined;

  /** Compares the ids that are there with those that were: what came or went has changed. */
  const findComeAndGone = async (model: Model): Promise<void> => {
    const before = living.get(model) ?? new Set();
    const present = await queries.readIds(model);
    for (const id of before) if (!present.has(id)) found.add(`${model}:${id}`);
    for (const id of present) if (!before.has(id)) found.add(`${model}:${id}`);
    living.set(model, present);
  };

  const findEverything = async (): Promise<void> => {
    for (const key of await queries.readAllKeys()) found.add(key);
    for (const model of MODELS) await findComeAndGone(model);
  };

  /** Resolves to whether this is another database, so that everything must be read anew. */
  const findChanges = async (since: Horizon, next: Horizon): Promise<boolean> => {
    const { keys, tables, wentBack } = await queries.readChanges(since);
    for (const key of keys) found.add(key);
    if (wentBack || isOther(since.cluster, next.cluster)) return true;
    for (const [model, { count, sum }] of tables) {
      const known = living.get(model) ?? new Set();
      for (const key of keys) if (key.startsWith(`${model}:`)) known.add(Number(key.slice(model.length + 1)));
      living.set(model, known);
      if (known.size !== count || sumOf(known) !== sum) await findComeAndGone(model);
    }
    return false;
  };

  const readGroups = async (keys: readonly string[] | null): Promise<void> => {
    const { columns, rows } = await reader.readRelation('family', { ...values(), keys });
    const [member, family] = [columns.indexOf('key'), columns.indexOf('family')];
    for (const row of rows) groups.join(row[member] ?? '', row[family] ?? '');
  };

  const readFuture = async (keys: readonly string[] | null, now: string): Promise<void> => {
    const dates = await queries.readFuture(keys, now);
    for (const key of keys ?? [...future.keys()]) future.delete(key);
    for (const [key, at] of dates) future.set(key, at);
  };

  const look = async (): Promise<number> => {
    const now = String(values().now);
    // Before anything is read: what is written meanwhile is found by the next look.
    const nextHorizon = await queries.readHorizon();
    const isFirst = horizon === undefined;
    const isWhole =
      horizon === undefined ||
      horizon.generation !== nextHorizon.generation ||
      (await findChanges(horizon, nextHorizon));
    if (isWhole) await findEverything();

    const changed = new Set([...found, ...again.keys()]);
    for (const [key, at] of future) if (at <= Date.parse(now)) changed.add(key);
    if (changed.size > 0) {
      const keys = isWhole ? null : [...changed];
      await readGroups(keys);
      await readFuture(keys, now);
    }

    mark += 1;
    if (isWhole) foundAllAt = mark;
    for (const key of changed) changedAt.set(key, mark);
    for (const [key, looks] of again) {
      if (looks > 1) again.set(key, looks - 1);
      else again.delete(key);
    }
    if (!isFirst) for (const key of found) again.set(key, LOOKS_PER_CHANGE - 1);
    found.clear();
    horizon = nextHorizon;
    return mark;
  };

  return {
    poll() {
      polling ??= look().finally(() => {
        polling = undefined;
      });
      return polling;
    },
    foundAllAt: () => foundAllAt,
    since(from) {
      const changed = new Set<ReadonlySet<string>>();
      for (const [key, at] of changedAt) if (from === undefined || at > from) changed.add(groups.of(key));
      return [...changed].map((group) => [...group]);
    },
  };
}

/** Where both are known. */
function isOther(before: string, after: string): boolean {
  return before !== '' && after !== '' && before !== after;
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
