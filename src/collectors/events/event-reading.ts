import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, isDatabaseAbsent } from '../../base/errors.js';
import { sideBySide } from '../../base/side-by-side.js';
import type { Column, Row } from '../../database/database.js';
import type { ChangeFeed } from '../../taiga/changes/change-feed.js';
import type { ParameterValues } from '../../taiga/parameters.js';
import type { ReadablePart, Reader } from '../../taiga/reader.js';
import { MERGED_COLUMNS, type SqlSource } from '../../taiga/sql/compile.js';
import { assertHistoryKeys } from '../assert-history-keys.js';
import type { CollectorDefinition } from '../definition.js';
import { readableOf, readablePartOf } from '../readable.js';
import { createRowWatch, type Reading } from '../reading.js';
import { wantedColumns } from '../row-values.js';
import { createEventLedger, type EventLedger } from './ledger.js';

/** A collector's counters, kept up to date by reading what changed. */
export interface EventReading {
  /**
   * The first time: all the past, in slices. Then the items that changed since. `onProgress` is told after each slice
   * how many items were read, of how many. @throws BugflowError
   */
  read(values: (keys: readonly string[] | null) => ParameterValues, onProgress: OnProgress): Promise<Reading>;
}

type OnProgress = (done: number, total: number) => void;

export interface EventReadingsOptions {
  readonly definitions: readonly EventDefinition[];
  readonly reader: Reader;
  readonly feed: ChangeFeed;
  /** How long a reading waits for others that are due at the same time. */
  readonly gatherMs?: number;
}

export type EventDefinition = CollectorDefinition & { readonly events: SqlSource };

export function eventDefinitions(definitions: readonly CollectorDefinition[]): EventDefinition[] {
  return definitions.flatMap((definition) => {
    const { events } = definition;
    return events ? [{ ...definition, events }] : [];
  });
}

/** Of history a slice: enough to be worth a query, few enough to keep memory flat and statements short. */
const SLICE_ENTRIES = 20_000;
/** An item can have been written a hundred thousand times, or never. */
const MOST_SLICE_ITEMS = 10_000;
/** So that PostgreSQL reads one slice while another is counted, or two at once. */
const SLICES_AT_ONCE = 2;
const GATHER_MS = 20;

/** What one collector has counted, and up to where. */
interface Counted {
  readonly definition: EventDefinition;
  ledger: EventLedger;
  /** Of the change feed: up to where everything was read. */
  mark: number | undefined;
  /** Whether the totals grew since they were last given out; also by a reading that failed half-way. */
  changed: boolean;
  /** The same for whether everything was read. */
  isAfresh: boolean;
  sample: Reading['sample'];
}

interface Request {
  readonly counted: Counted;
  readonly values: (keys: readonly string[] | null) => ParameterValues;
  readonly onProgress: OnProgress;
  readonly resolve: (reading: Reading) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The readings of several collectors, by name. Those of the shipped ones that are asked for at the same time share one pass
 * over what changed: most of what they cost is the same, taking history apart. What somebody's own SQL does wrong, or slowly,
 * is its own affair: it is read by itself, beside them.
 */
export function createEventReadings({
  definitions,
  ...options
}: EventReadingsOptions): ReadonlyMap<string, EventReading> {
  const shared = createQueue(options, SLICES_AT_ONCE);
  return new Map(
    definitions.map((definition) => {
      const counted = begin(definition);
      const queue = definition.shipped ? shared : createQueue(options, 1);
      const reading: EventReading = {
        read: (values, onProgress) =>
          new Promise((resolve, reject) => {
            queue.add({ counted, values, onProgress, resolve, reject });
          }),
      };
      return [definition.name, reading];
    }),
  );
}

/** Answers requests, one pass after another: each takes all that have come by then. */
function createQueue(
  { reader, feed, gatherMs = GATHER_MS }: Omit<EventReadingsOptions, 'definitions'>,
  slicesAtOnce: number,
): { add(request: Request): void } {
  let waiting: Request[] = [];
  let passing: Promise<void> = Promise.resolve();

  const pass = async (requests: readonly Request[], look: Look): Promise<void> => {
    try {
      for (let { mark, generation } = look; ; { mark, generation } = await lookAt(reader, feed)) {
        const readings = await readChanges(reader, feed, requests, mark, slicesAtOnce);
        // What was read from two servers fits neither; the next look reads everything from the new one.
        if (reader.generation() !== generation) continue;
        for (const [i, { counted, resolve }] of requests.entries()) {
          counted.changed = false;
          counted.isAfresh = false;
          resolve(readings[i] as Reading);
        }
        return;
      }
    } catch (error) {
      if (requests.length === 1 || isDatabaseAbsent(error)) for (const { reject } of requests) reject(error);
      // Each by itself: one that fails is no harm to the others.
      else for (const request of requests) await pass([request], look);
    }
  };
  const passAll = async (): Promise<void> => {
    const requests = waiting;
    waiting = [];
    try {
      // One for all, so that those that had different things to read share the next pass.
      const look = await lookAt(reader, feed);
      for (const together of missingTheSame(requests)) await pass(together, look);
    } catch (error) {
      for (const { reject } of requests) reject(error);
    }
  };

  return {
    add(request) {
      if (waiting.length === 0) passing = passing.then(() => sleep(gatherMs)).then(passAll);
      waiting.push(request);
    },
  };
}

function begin(definition: EventDefinition): Counted {
  return {
    definition,
    ledger: createEventLedger(definition),
    mark: undefined,
    changed: true,
    isAfresh: true,
    sample: { columns: [], rows: [] },
  };
}

/** Up to where the change feed has looked, and at which server. */
interface Look {
  readonly mark: number;
  readonly generation: number;
}

async function lookAt(reader: Reader, feed: ChangeFeed): Promise<Look> {
  const generation = reader.generation();
  return { mark: await feed.poll(), generation };
}

/** What a collector that failed has to read is no load for the others. */
function missingTheSame(requests: readonly Request[]): Request[][] {
  const byMark = new Map<number | undefined, Request[]>();
  for (const request of requests) {
    const { mark } = request.counted;
    byMark.set(mark, [...(byMark.get(mark) ?? []), request]);
  }
  return [...byMark.values()];
}

/** The requests' readings up to the mark `next`, in their order; what they have to read is the same. */
async function readChanges(
  reader: Reader,
  feed: ChangeFeed,
  requests: readonly Request[],
  next: number,
  slicesAtOnce: number,
): Promise<Reading[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const { values } = first;
  const { mark } = first.counted;
  // Into a new ledger; until all is read, what the old one gave out is served.
  const isAnew = mark !== undefined && mark < feed.restartedAt();
  const tasks = requests.map(({ counted, onProgress }) => ({
    counted,
    onProgress,
    ledger: isAnew ? createEventLedger(counted.definition) : counted.ledger,
    watch: createRowWatch(),
  }));
  const groups = feed.since(isAnew ? undefined : mark);
  if (mark === undefined || mark < feed.foundAllAt() || isAnew)
    for (const { counted } of tasks) counted.isAfresh = true;
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  let done = 0;
  let databaseMs = 0;
  // Without a change there is hardly a new project; the first change shows it.
  if (mark === undefined || groups.length > 0) {
    for (const { counted, ledger } of tasks) {
      const { definition } = counted;
      const { zeros } = definition;
      if (zeros)
        databaseMs += await reader.read(readableOf(definition, zeros, 'zeros'), values(null), ledger.open);
    }
  }
  await sideBySide(slices(groups, feed.entriesPerItem()), slicesAtOnce, async (slice) => {
    const { found, tookMs } = await readSlice(
      reader,
      tasks.map(({ counted }) => counted.definition),
      values(slice),
    );
    databaseMs += tookMs;
    for (const [i, { counted, ledger, watch }] of tasks.entries()) {
      const { columns, rows } = found[i] ?? { columns: [], rows: [] };
      watch.see(columns, rows);
      assertHistoryKeys(counted.definition, columns, rows);
      ledger.begin(slice);
      ledger.add(columns, rows);
      if (ledger.commit() && !isAnew) counted.changed = true;
    }
    done += slice.length;
    for (const { onProgress } of tasks) onProgress(done, total);
  });
  for (const { counted } of tasks)
    if (mark === undefined && !counted.definition.shipped)
      await findStrangeKeys(reader, counted.definition, values(null));
  return tasks.map(({ counted, ledger, watch }) => {
    // Only now: after a failure the same items are read once more, which changes nothing for those already read.
    counted.mark = next;
    counted.ledger = ledger;
    if (isAnew) counted.changed = true;
    if (watch.rowCount() > 0) counted.sample = watch.sample();
    return {
      families: ledger.finish(),
      changed: counted.changed,
      isAfresh: counted.isAfresh,
      rowCount: watch.rowCount(),
      sample: counted.sample,
      databaseMs: databaseMs / tasks.length,
    };
  });
}

interface Rows {
  readonly columns: readonly Column[];
  readonly rows: Row[];
}

/** What each of the collectors finds in a slice: one query for all of them. */
async function readSlice(
  reader: Reader,
  definitions: readonly EventDefinition[],
  values: ParameterValues,
): Promise<{ readonly found: readonly Rows[]; readonly tookMs: number }> {
  const [alone, ...others] = definitions;
  // One that is shipped is read like several, so that its columns are the same in every pass.
  if (alone && others.length === 0 && !alone.shipped) {
    const found: { columns: readonly Column[]; rows: Row[] } = { columns: [], rows: [] };
    const tookMs = await reader.read(readableOf(alone, alone.events), values, (columns, rows) => {
      found.columns = columns;
      for (const row of rows) found.rows.push(row);
    });
    return { found: [found], tookMs };
  }
  const found = definitions.map((definition) => ({
    columns: wantedColumns(definition).map((name) => ({ name })),
    rows: [] as Row[],
  }));
  const parts = definitions.map((definition, i) =>
    readablePartOf(definition, {
      sql: definition.events,
      reading: 'events',
      columns: found[i]?.columns.map(({ name }) => name) ?? [],
    }),
  );
  const startedAt = performance.now();
  // Each may take its own time.
  const timeoutMs = definitions.reduce((sum, definition) => sum + definition.timeoutMs, 0);
  await reader.readTogether(
    [{ parts: parts as [ReadablePart, ...ReadablePart[]], timeoutMs }],
    values,
    async ([stream]) => {
      for (;;) {
        const { rows } = (await stream?.next()) ?? { rows: [] };
        if (rows.length === 0) return;
        for (const row of rows) {
          const part = found[Number(row[0])];
          if (part)
            part.rows.push(row.slice(MERGED_COLUMNS.length, MERGED_COLUMNS.length + part.columns.length));
        }
      }
    },
  );
  return { found, tookMs: performance.now() - startedAt };
}

/** What heeds `:keys` is never asked for keys that Taiga does not know: it would be missing without a word. */
async function findStrangeKeys(
  reader: Reader,
  definition: EventDefinition,
  values: ParameterValues,
): Promise<void> {
  try {
    await reader.read(readableOf(definition, definition.events, 'strange'), values, (columns, rows) =>
      assertHistoryKeys(definition, columns, rows),
    );
  } catch (error) {
    // More than can be read at once; what was read in slices is right.
    if (!hasCode(error, 'COLLECTOR_TIMEOUT')) throw error;
  }
}

/** Groups put together to slices of about the wanted size; a group is never cut. */
function* slices(groups: readonly (readonly string[])[], entriesPerItem: number): Iterable<string[]> {
  const most = Math.min(
    MOST_SLICE_ITEMS,
    Math.max(1, Math.floor(SLICE_ENTRIES / Math.max(1, entriesPerItem))),
  );
  let slice: string[] = [];
  for (const group of groups) {
    if (slice.length > 0 && slice.length + group.length > most) {
      yield slice;
      slice = [];
    }
    slice.push(...group);
  }
  if (slice.length > 0) yield slice;
}
