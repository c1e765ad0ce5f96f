import type { CollectorDefinition } from '../collectors/definition.js';
import { type Labels, labelsOf } from '../collectors/labels.js';
import type { RowStream } from '../database/database.js';
import { withoutOff } from '../taiga/off.js';
import type { ParameterValues } from '../taiga/parameters.js';
import type { Reader } from '../taiga/reader.js';
import { MERGED_COLUMNS } from '../taiga/sql/compile.js';
import { type Ages, createAges } from './ages.js';
import { type Part, partsOf } from './past-parts.js';
import { createQueueOfOne } from './queue-of-one.js';
import { createSeriesWriter, type SeriesWriter } from './series-writer.js';
import type { Change, Series, Timeline } from './timeline.js';

export interface DatabaseTimelineOptions {
  readonly collectors: readonly CollectorDefinition[];
  readonly reader: Reader;
  /** As of the end of the range. */
  readonly values: ParameterValues;
  /** The labels that scrapes add, so that the past and the live series are the same. */
  readonly targetLabels: Readonly<Record<string, string>>;
  /** Counters without labels whose value depends only on the time. */
  readonly computed?: readonly { readonly name: string; readonly valueAt: (atMs: number) => number }[];
}

/** PostgreSQL sorts all of the history before it returns the first row. */
const TIMEOUT_MS = 15 * 60_000;
const BATCH_CHANGES = 5000;

/**
 * The past from the collectors' `spans` and `events`, all on one snapshot of the database. PostgreSQL sorts; memory holds
 * a number for each series, and for ages one for each item that has one.
 */
export function createDatabaseTimeline(options: DatabaseTimelineOptions): Timeline {
  const { targetLabels, computed = [] } = options;
  const labels = labelsOf(targetLabels);
  const series: Series[] = computed.map(({ name }) => ({ name, labels, isCumulative: true }));
  return {
    series,
    computed: computed.map(({ valueAt }, i) => ({ series: i, valueAt })),
    changes: () => readChanges(options, series, labels),
  };
}

async function* readChanges(
  options: DatabaseTimelineOptions,
  series: Series[],
  target: Labels,
): AsyncIterable<readonly Change[]> {
  const { collectors, reader, values } = options;
  const changes: Change[] = [];
  const untilMs = Date.parse(String(values.now));
  const writers = new Map<string, SeriesWriter>();
  const ages = createAges(untilMs, (account, atMs) =>
    writers.get(account.metric.name)?.writeAged(account, atMs, changes),
  );
  const parts: Part[] = [];
  for (const definition of await withoutOff(reader, collectors)) {
    if (!(definition.events ?? definition.spans)) continue;
    const writer = createSeriesWriter(definition, series, target, ages);
    for (const { name } of definition.metrics) writers.set(name, writer);
    parts.push(...partsOf(definition, writer));
  }
  const [first, ...others] = parts.map(({ readable }) => readable);
  if (!first) return;

  // The database pushes its rows to a callback, but the timeline is pulled by its reader.
  const handover = createQueueOfOne<readonly Change[]>();
  const reading = reader
    .readTogether([{ parts: [first, ...others], timeoutMs: TIMEOUT_MS }], values, async ([stream]) => {
      if (stream) await readParts(parts, stream, { ages, changes, untilMs, put: handover.put });
    })
    .then(handover.end, handover.fail);
  try {
    yield* handover.items();
  } finally {
    handover.stop();
    await reading;
  }
}

interface Reading {
  readonly ages: Ages;
  /** Changes that were not passed on yet. */
  readonly changes: Change[];
  /** The changes are complete up to here. Unix milliseconds. */
  readonly untilMs: number;
  readonly put: (changes: readonly Change[]) => Promise<void>;
}

/** Reads the rows of all parts, and adds the changes of ages between them. */
async function readParts(
  parts: readonly Part[],
  stream: RowStream,
  { ages, changes, untilMs, put }: Reading,
): Promise<void> {
  const handOver = async (atLeast: number): Promise<void> => {
    if (changes.length < atLeast) return;
    await put(changes.splice(0));
  };
  const age = async (untilMs: number): Promise<void> => {
    while (ages.nextMs() <= untilMs) {
      ages.outgrow();
      await handOver(BATCH_CHANGES);
    }
  };
  for (;;) {
    const { rows } = await stream.next();
    if (rows.length === 0) break;
    for (const row of rows) {
      const [part, moment, sign, begins, ends] = row;
      const atMs = Number(moment);
      await age(Math.min(atMs, untilMs));
      const edge = {
        atMs,
        sign: Number(sign),
        beginsUs: Number(begins),
        endsMs: ends == null ? Number.POSITIVE_INFINITY : Number(ends),
      };
      parts[Number(part)]?.take(row.slice(MERGED_COLUMNS.length), edge, changes);
      await handOver(BATCH_CHANGES);
    }
  }
  await age(untilMs);
  await handOver(1);
}
