import { hasCode } from '../../errors.js';
import type { CollectorDefinition } from '../definition.js';
import { assertHistoryKeys } from '../history-keys.js';
import type { ParameterValues } from '../parameters.js';
import type { Reader } from '../reader.js';
import { createRowWatch, type Reading } from '../reading.js';
import type { SqlSource } from '../sql/compile.js';
import type { ChangeFeed } from './change-feed.js';
import { createEventLedger, type EventLedger } from './ledger.js';

/** A collector's counters, kept up to date by reading what changed. */
export interface EventReading {
  /**
   * The first time: all the past, in slices. Then the items that changed since. `onProgress` is told after each slice
   * how many items were read, of how many. @throws BugflowError
   */
  read(
    values: (keys: readonly string[] | null) => ParameterValues,
    onProgress: (done: number, total: number) => void,
  ): Promise<Reading>;
}

export interface EventReadingOptions {
  readonly definition: CollectorDefinition & { readonly events: SqlSource };
  readonly reader: Reader;
  readonly feed: ChangeFeed;
}

/** Items a slice: enough to be worth a query, few enough to keep memory flat and statements short. */
const SLICE_ITEMS = 500;

export function createEventReading({ definition, reader, feed }: EventReadingOptions): EventReading {
  let ledger = createEventLedger(definition);
  let mark: number | undefined;
  /** Whether the totals grew since they were last given out; also by a reading that failed half-way. */
  let changed = true;
  /** The same for whether everything was read. */
  let isAfresh = true;
  let sample: Reading['sample'] = { columns: [], rows: [] };

  /** Series that are known before anything happens. Resolves to the milliseconds spent in the database. */
  const readZeros = async (book: EventLedger, values: ParameterValues): Promise<number> => {
    const { zeros } = definition;
    if (!zeros) return 0;
    return reader.read({ ...definition, sql: zeros, frame: 'zeros' }, values, book.open);
  };

  const readChanges: EventReading['read'] = async (values, onProgress) => {
    const watch = createRowWatch();
    const next = await feed.poll();
    // Into a new ledger; until all is read, what the old one gave out is served.
    const isAnew = mark !== undefined && mark < feed.restartedAt();
    const book = isAnew ? createEventLedger(definition) : ledger;
    const groups = feed.since(isAnew ? undefined : mark);
    if (mark === undefined || mark < feed.foundAllAt() || isAnew) isAfresh = true;
    const total = groups.reduce((sum, group) => sum + group.length, 0);
    let done = 0;
    let databaseMs = 0;
    // Without a change there is hardly a new project; the first change shows it.
    if (mark === undefined || groups.length > 0) databaseMs += await readZeros(book, values(null));
    for (const slice of slices(groups)) {
      book.begin(slice);
      databaseMs += await reader.read(
        { ...definition, sql: definition.events },
        values(slice),
        (columns, rows) => {
          watch.see(columns, rows);
          assertHistoryKeys(definition, columns, rows);
          book.add(columns, rows);
        },
      );
      if (book.commit() && !isAnew) changed = true;
      done += slice.length;
      onProgress(done, total);
    }
    if (mark === undefined && !definition.shipped) await findStrangeKeys(values(null));
    // Only now: after a failure the same items are read once more, which changes nothing for those already read.
    mark = next;
    ledger = book;
    if (isAnew) changed = true;
    if (watch.rowCount() > 0) sample = watch.sample();
    return { families: ledger.finish(), changed, isAfresh, rowCount: watch.rowCount(), sample, databaseMs };
  };

  /** What heeds `:keys` is never asked for keys that Taiga does not know: it would be missing without a word. */
  const findStrangeKeys = async (values: ParameterValues): Promise<void> => {
    try {
      await reader.read(
        { ...definition, sql: definition.events, frame: 'strange' },
        values,
        (columns, rows) => assertHistoryKeys(definition, columns, rows),
      );
    } catch (error) {
      // More than can be read at once; what was read in slices is right.
      if (!hasCode(error, 'COLLECTOR_TIMEOUT')) throw error;
    }
  };

  return {
    async read(values, onProgress) {
      for (;;) {
        const generation = reader.generation();
        const reading = await readChanges(values, onProgress);
        // What was read from two servers fits neither; the next look reads everything from the new one.
        if (reader.generation() !== generation) continue;
        changed = false;
        isAfresh = false;
        return reading;
      }
    },
  };
}

/** Groups put together to slices of about the wanted size; a group is never cut. */
function* slices(groups: readonly (readonly string[])[]): Iterable<string[]> {
  let slice: string[] = [];
  for (const group of groups) {
    if (slice.length > 0 && slice.length + group.length > SLICE_ITEMS) {
      yield slice;
      slice = [];
    }
    slice.push(...group);
  }
  if (slice.length > 0) yield slice;
}
