import type { Database, Row } from '../../database/database.js';
import type { ParameterValues } from '../parameters.js';
import type { Reader } from '../reader.js';
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
}

export interface ChangeFeedOptions {
  readonly database: Database;
  readonly reader: Reader;
  readonly values: () => ParameterValues;
}

/** The tables of items, and how their rows are called in history. */
const MODELS = [
  { model: 'epics.epic', table: 'epics_epic' },
  { model: 'userstories.userstory', table: 'userstories_userstory' },
  { model: 'tasks.task', table: 'tasks_task' },
  { model: 'issues.issue', table: 'issues_issue' },
] as const;
const MODEL_PATTERN = '^(userstories\\.userstory|tasks\\.task|issues\\.issue|epics\\.epic):[0-9]{1,9}$';

/** How far back in the timeline a row can be that was committed since the last look. */
const TIMELINE_TAIL = 5000;
const TIMEOUT_MS = 60_000;
/** An item's rows in two tables need not be committed together: what changed is looked at once more. */
const LOOKS_PER_CHANGE = 2;

/** Up to where the past is known, in numbers of transactions, which mean something within a cluster only. */
interface Horizon {
  readonly oldest: string;
  readonly cluster: string;
}

export function createChangeFeed({ database, reader, values }: ChangeFeedOptions): ChangeFeed {
  const groups = createItemGroups();
  /** Mark of each key's latest change. */
  const changedAt = new Map<string, number>();
  /** Ids by model, of the items that exist. */
  const living = new Map<string, Set<number>>();
  /** Keys to report again, and how often. */
  const again = new Map<string, number>();
  /** What was found changed and is not yet reported: it outlives a look that fails. */
  const found = new Set<string>();
  /** Keys with history that is dated in the future, and when its time comes. */
  const future = new Map<string, number>();
  let mark = 0;
  let horizon: Horizon | undefined;
  let polling: Promise<number> | undefined;

  const query = async (
    text: string,
    parameters: readonly unknown[],
    onRow: (row: Row) => void,
  ): Promise<void> => {
    await database.read({ text, values: parameters, timeoutMs: TIMEOUT_MS }, (_columns, rows) =>
      rows.forEach(onRow),
    );
  };

  const readHorizon = async (): Promise<Horizon> => {
    let oldest = '';
    await query('SELECT txid_snapshot_xmin(txid_current_snapshot())::text', [], ([text]) => {
      oldest = text ?? '';
    });
    return { oldest, cluster: await readCluster() };
  };

  const readCluster = async (): Promise<string> => {
    let cluster = '';
    try {
      await query('SELECT system_identifier::text FROM pg_control_system()', [], ([text]) => {
        cluster = text ?? '';
      });
    } catch {
      // Not everything that speaks PostgreSQL's language has this function; the numbers of transactions must do then.
    }
    return cluster;
  };

  /** Everything that history or the tables know. */
  const readAllKeys = async (): Promise<Set<string>> => {
    const keys = new Set<string>();
    await query(
      `SELECT key FROM history_historyentry WHERE key ~ $1 GROUP BY key
       UNION
       ${MODELS.map(({ model, table }) => `SELECT '${model}:' || id FROM ${table}`).join('\n       UNION\n       ')}`,
      [MODEL_PATTERN],
      ([key]) => {
        if (key) keys.add(key);
      },
    );
    return keys;
  };

  /** What was written at or after the horizon, and the models of which items came or went. */
  const readChanges = async (
    since: string,
    changed: Set<string>,
  ): Promise<{ moved: string[]; restarted: boolean }> => {
    const moved: string[] = [];
    let restarted = false;
    const recent = `age(xmin) <= age(($1::bigint % 4294967296)::text::xid)`;
    await query(
      MODELS.map(
        ({ model, table }) =>
          `SELECT '${model}', count(*)::text, coalesce(sum(id), 0)::text, array_to_string(array_agg(id) FILTER (WHERE ${recent}), ','),
             (age(($1::bigint % 4294967296)::text::xid) < 0)::text FROM ${table}`,
      ).join('\nUNION ALL\n'),
      [since],
      ([model, count, sum, ids, wentBack]) => {
        if (!model) return;
        const known = living.get(model) ?? new Set();
        if (wentBack === 'true') restarted = true;
        for (const id of (ids ?? '').split(',')) if (id) changed.add(`${model}:${id}`);
        for (const key of changed)
          if (key.startsWith(`${model}:`)) known.add(Number(key.slice(model.length + 1)));
        living.set(model, known);
        if (known.size !== Number(count) || sumOf(known) !== Number(sum)) moved.push(model);
      },
    );
    await query(
      `SELECT DISTINCT m.model || ':' || (t.data #>> ARRAY[split_part(m.model, '.', 2), 'id'])
       FROM timeline_timeline AS t
       JOIN unnest($2::text[]) AS m (model) ON t.event_type LIKE m.model || '.%'
       WHERE t.id > (SELECT max(id) FROM timeline_timeline) - ${TIMELINE_TAIL} AND age(t.xmin) <= age(($1::bigint % 4294967296)::text::xid)`,
      [since, MODELS.map(({ model }) => model)],
      ([key]) => {
        if (key && new RegExp(MODEL_PATTERN).test(key)) changed.add(key);
      },
    );
    return { moved, restarted };
  };

  /** Compares the ids that are there with those that were: what is gone has changed, too. */
  const readGone = async (models: readonly string[], changed: Set<string>): Promise<void> => {
    for (const { model, table } of MODELS) {
      if (!models.includes(model)) continue;
      const present = new Set<number>();
      await query(`SELECT id FROM ${table}`, [], ([id]) => present.add(Number(id)));
      for (const id of living.get(model) ?? []) if (!present.has(id)) changed.add(`${model}:${id}`);
      for (const id of present) if (!living.get(model)?.has(id)) changed.add(`${model}:${id}`);
      living.set(model, present);
    }
  };

  const readGroups = async (keys: readonly string[] | null): Promise<void> => {
    const { columns, rows } = await reader.readRelation('family', { ...values(), keys });
    const [member, family] = [columns.indexOf('key'), columns.indexOf('family')];
    for (const row of rows) groups.join(row[member] ?? '', row[family] ?? '');
  };

  /** Finds history that does not count yet: of these items, or by one pass over everything. */
  const readFuture = async (keys: readonly string[] | null, now: string): Promise<void> => {
    for (const key of keys ?? future.keys()) future.delete(key);
    await query(
      keys
        ? `SELECT k.key, extract(epoch FROM h.at) * 1000
           FROM unnest($2::text[]) AS k (key)
           CROSS JOIN LATERAL (
             SELECT min(created_at) AS at FROM history_historyentry WHERE key = k.key AND created_at > $1 OFFSET 0
           ) AS h
           WHERE h.at IS NOT NULL`
        : 'SELECT key, extract(epoch FROM min(created_at)) * 1000 FROM history_historyentry WHERE created_at > $1 GROUP BY key',
      keys ? [now, keys] : [now],
      ([key, at]) => {
        if (key) future.set(key, Number(at));
      },
    );
  };

  const look = async (): Promise<number> => {
    const now = String(values().now);
    let isWhole = horizon === undefined;
    const nextHorizon = await readHorizon();
    const next = mark + 1;
    if (horizon === undefined) {
      for (const key of await readAllKeys()) found.add(key);
      await readGone(
        MODELS.map(({ model }) => model),
        new Set(),
      );
    } else {
      const { moved, restarted } = await readChanges(horizon.oldest, found);
      // Another database, restored from a dump, stands in the place of the old one.
      const replaced = restarted || isOther(horizon.cluster, nextHorizon.cluster);
      if (replaced) {
        isWhole = true;
        for (const key of await readAllKeys()) found.add(key);
      }
      if (replaced || moved.length > 0)
        await readGone(replaced ? MODELS.map(({ model }) => model) : moved, found);
    }
    const changed = new Set([...found, ...again.keys()]);
    for (const [key, at] of future) if (at <= Date.parse(now)) changed.add(key);
    if (changed.size > 0) {
      const keys = isWhole ? null : [...changed];
      await readGroups(keys);
      await readFuture(keys, now);
    }
    for (const key of changed) changedAt.set(key, next);
    for (const [key, looks] of again) {
      if (looks > 1) again.set(key, looks - 1);
      else again.delete(key);
    }
    if (horizon !== undefined) for (const key of found) again.set(key, LOOKS_PER_CHANGE - 1);
    found.clear();
    horizon = nextHorizon;
    mark = next;
    return next;
  };

  return {
    poll() {
      polling ??= look().finally(() => {
        polling = undefined;
      });
      return polling;
    },
    since(from) {
      const found = new Set<ReadonlySet<string>>();
      for (const [key, at] of changedAt) if (from === undefined || at > from) found.add(groups.of(key));
      return [...found].map((group) => [...group]);
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
