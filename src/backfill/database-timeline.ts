import type { CollectorDefinition } from '../collectors/definition.js';
import { type LabelBlock, labelBlock } from '../collectors/families.js';
import { assertHistoryKeys } from '../collectors/history-keys.js';
import type { ParameterValues } from '../collectors/parameters.js';
import type { Readable, Reader } from '../collectors/reader.js';
import type { Frame, SqlSource } from '../collectors/sql/compile.js';
import type { Row, RowStream } from '../database/database.js';
import { createSeriesWriter, type SeriesWriter } from './series-writer.js';
import type { Change, Series, Timeline } from './timeline.js';

export interface DatabaseTimelineOptions {
  readonly collectors: readonly CollectorDefinition[];
  readonly reader: Reader;
  /** As of the end of the time that is wanted. */
  readonly values: ParameterValues;
  /** Labels that scrapes add, so that the past and the live series are one. */
  readonly targetLabels: Readonly<Record<string, string>>;
  /** Counters without labels of their own that follow from the moment alone. */
  readonly computed?: readonly { readonly name: string; readonly valueAt: (atMs: number) => number }[];
}

/** A year's worth of history is sorted by PostgreSQL before the first row comes. */
const TIMEOUT_MS = 15 * 60_000;
const BATCH_CHANGES = 5000;

/**
 * The past as the collectors' `spans` and `events` tell it, all on one snapshot of the database. PostgreSQL sorts;
 * what is held here is a number for each series.
 */
export function createDatabaseTimeline(options: DatabaseTimelineOptions): Timeline {
  const { targetLabels, computed = [] } = options;
  const labels = labelBlock(Object.keys(targetLabels), Object.values(targetLabels));
  const series: Series[] = computed.map(({ name }) => ({ name, labels, isCumulative: true }));
  return {
    series,
    computed: computed.map(({ valueAt }, i) => ({ series: i, valueAt })),
    changes: () => readChanges(options, series, labels),
  };
}

interface Source extends Omit<Part, 'readable'> {
  readonly stream: RowStream;
  rows: readonly Row[];
  position: number;
  moment: number;
}

async function* readChanges(
  options: DatabaseTimelineOptions,
  series: Series[],
  target: LabelBlock,
): AsyncIterable<readonly Change[]> {
  const { collectors, reader, values } = options;
  const told: CollectorDefinition[] = [];
  for (const definition of collectors) {
    const isOff = (await reader.lacking(definition.requires)).length > 0;
    if (!isOff && (definition.events ?? definition.spans)) told.push(definition);
  }
  const parts = told.flatMap((definition) => partsOf(definition, series, target));

  // The database hands its rows to a callback, the timeline is drawn from outside: a queue of one batch stands between.
  const handover = createHandover<readonly Change[]>();
  const reading = reader
    .readTogether(
      parts.map(({ readable }) => readable),
      values,
      async (streams) => {
        const sources = streams.map((stream, i): Source => {
          const part = parts[i];
          if (!part) throw new Error('one stream for each piece of SQL');
          return { ...part, stream, rows: [], position: 0, moment: 0 };
        });
        await mergeSources(sources, handover.put);
      },
    )
    .then(handover.end, handover.fail);
  try {
    yield* handover.items();
  } finally {
    handover.stop();
    await reading;
  }
}

interface Part {
  readonly readable: Readable;
  readonly writer: SeriesWriter;
  /** Whose events these are; their keys are checked. */
  readonly eventsOf?: CollectorDefinition | undefined;
}

/** What is read of a collector. Zeros come first: of two rows at the same moment theirs is taken before. */
function partsOf(definition: CollectorDefinition, series: Series[], targetLabels: string): Part[] {
  const { spans, events, zeros, shipped, relations } = definition;
  const writer = createSeriesWriter(definition, series, targetLabels);
  const part = (sql: SqlSource | undefined, frame: Frame, partWriter: SeriesWriter): Part[] =>
    sql ? [{ readable: { sql, shipped, relations, timeoutMs: TIMEOUT_MS, frame }, writer: partWriter }] : [];
  return [
    ...part(zeros, 'zeros', writer.zeros),
    ...part(events, 'events', writer).map((each) => ({ ...each, eventsOf: definition })),
    ...part(spans, 'edges', writer),
  ];
}

/** Takes the earliest row of all sources, again and again. */
async function mergeSources(
  sources: Source[],
  put: (changes: readonly Change[]) => Promise<void>,
): Promise<void> {
  const open: Source[] = [];
  for (const source of sources) if (await advance(source)) open.push(source);
  let changes: Change[] = [];
  for (;;) {
    let earliest: Source | undefined;
    for (const source of open) if (!earliest || source.moment < earliest.moment) earliest = source;
    if (!earliest) break;
    const row = earliest.rows[earliest.position];
    if (row) earliest.writer.write(row, earliest.moment, changes);
    if (!(await advance(earliest))) open.splice(open.indexOf(earliest), 1);
    if (changes.length >= BATCH_CHANGES) {
      await put(changes);
      changes = [];
    }
  }
  if (changes.length > 0) await put(changes);
}

/** Moves on to the next row; false when there is none. */
async function advance(source: Source): Promise<boolean> {
  source.position += 1;
  if (source.position >= source.rows.length) {
    const { columns, rows } = await source.stream.next();
    source.writer.expect(columns);
    if (source.eventsOf) assertHistoryKeys(source.eventsOf, columns, rows);
    source.rows = rows;
    source.position = 0;
  }
  const row = source.rows[source.position];
  if (!row) return false;
  source.moment = source.writer.moment(row);
  return true;
}

interface Handover<T> {
  /** Resolves when the item was taken. */
  readonly put: (item: T) => Promise<void>;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
  /** The taker wants no more: whoever puts gets an error. */
  readonly stop: () => void;
  items(): AsyncIterable<T>;
}

function createHandover<T>(): Handover<T> {
  let waiting: { item: T; taken: () => void; refused: (error: Error) => void } | undefined;
  let wake: () => void = () => undefined;
  let ended = false;
  let stopped = false;
  let failure: { readonly error: unknown } | undefined;
  return {
    put: (item) =>
      new Promise((taken, refused) => {
        if (stopped) return refused(new Error('the reading was given up'));
        waiting = { item, taken, refused };
        wake();
      }),
    end() {
      ended = true;
      wake();
    },
    fail(error) {
      ended = true;
      if (!stopped) failure = { error };
      wake();
    },
    stop() {
      stopped = true;
      waiting?.refused(new Error('the reading was given up'));
      waiting = undefined;
    },
    async *items() {
      for (;;) {
        if (waiting) {
          const { item, taken } = waiting;
          waiting = undefined;
          // Before it is used: so the next is read meanwhile, and nobody waits for a taker that has left.
          taken();
          yield item;
        } else if (failure) {
          throw failure.error;
        } else if (ended) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
