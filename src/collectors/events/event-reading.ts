import type { CollectorDefinition } from '../definition.js';
import type { ParameterValues } from '../parameters.js';
import type { Reader } from '../reader.js';
import { createRowWatch, type Reading } from '../reading.js';
import type { SqlSource } from '../sql/compile.js';
import type { ChangeFeed } from './change-feed.js';
import { createEventLedger } from './ledger.js';

/** A collector's counters, kept up to date by reading what changed. */
export interface EventReading {
  /**
   * The first time: all the past, in slices. Then the items that changed since. `onProgress` is told after each slice
   * how many items were read, of how many. @throws BugflowError
   */
  read(
    values: (keys: readonly string[]) => ParameterValues,
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
  const ledger = createEventLedger(definition);
  let mark: number | undefined;
  /** Whether the totals grew since they were last given out; also by a reading that failed half-way. */
  let changed = true;
  /** The same for whether everything was read. */
  let isAfresh = true;
  let sample: Reading['sample'] = { columns: [], rows: [] };

  /** Series that are known before anything happens. Resolves to the milliseconds spent in the database. */
  const readZeros = async (values: ParameterValues): Promise<number> => {
    const { zeros } = definition;
    if (!zeros) return 0;
    return reader.read({ ...definition, sql: zeros, frame: 'zeros' }, values, ledger.open);
  };

  const readChanges: EventReading['read'] = async (values, onProgress) => {
    const watch = createRowWatch();
    const next = await feed.poll();
    const groups = feed.since(mark);
    if (mark === undefined || mark < feed.foundAllAt()) isAfresh = true;
    const total = groups.reduce((sum, group) => sum + group.length, 0);
    let done = 0;
    let databaseMs = 0;
    // Without a change there is hardly a new project; the first change shows it.
    if (mark === undefined || groups.length > 0) databaseMs += await readZeros({ ...values([]), keys: null });
    for (const slice of slices(groups)) {
      ledger.begin(slice);
      databaseMs += await reader.read(
        { ...definition, sql: definition.events },
        values(slice),
        (columns, rows) => {
          watch.see(columns, rows);
          ledger.add(columns, rows);
        },
      );
      if (ledger.commit()) changed = true;
      done += slice.length;
      onProgress(done, total);
    }
    // Only now: after a failure the same items are read once more, which changes nothing for those already read.
    mark = next;
    if (watch.rowCount() > 0) sample = watch.sample();
    return { families: ledger.finish(), changed, isAfresh, rowCount: watch.rowCount(), sample, databaseMs };
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
