import { BugflowError, isDatabaseUnusable } from '../base/errors.js';
import type { RowStream } from '../database/database.js';
import { withoutOff } from '../taiga/off.js';
import type { ParameterValues } from '../taiga/parameters.js';
import type { ReadablePart, Reader } from '../taiga/reader.js';
import { MERGED_COLUMNS } from '../taiga/sql/compile.js';
import type { SqlSource } from '../taiga/sql/query-text.js';
import { type Account, addValue } from './account.js';
import { createAccumulator } from './accumulator.js';
import type { CollectorDefinition, MetricDefinition } from './definition.js';
import type { MetricFamily } from './families.js';
import { labelsOfKey, renderLabels, type SeriesKey } from './labels.js';
import { readablePartOf } from './readable.js';
import { wantedColumns } from './row-values.js';

/** A series in which the present and the end of the past disagree. A missing series counts as 0. */
export interface Mismatch {
  readonly collector: string;
  readonly metric: string;
  /** Rendered as in the exposition. */
  readonly labels: string;
  readonly now: number;
  readonly spans: number;
}

/** Enough to read all of history, but no SQL may keep a connection for ever, not even by answering slowly. */
const LIMIT_MS = 15 * 60_000;

/**
 * Compares the two readings of collectors: the spans that are valid now must add up to what `now` says. Everything is read
 * on one snapshot of the database, and history only once. @throws BugflowError
 */
export async function verifyHistory(
  reader: Reader,
  definitions: readonly CollectorDefinition[],
  values: ParameterValues,
): Promise<Mismatch[]> {
  const readings = definitions.flatMap((definition) => {
    const { now, spans } = definition;
    return now && spans ? [{ definition, columns: wantedColumns(definition), now, spans }] : [];
  });
  const [present, ...others] = readings.map((reading) => part(reading, reading.now, 'rows'));
  const [past, ...otherPasts] = readings.map((reading) => part(reading, reading.spans, 'valid'));
  if (!present || !past) return [];
  const nowMs = Date.parse(String(values.now));
  let mismatches: Mismatch[] = [];
  await reader.readTogether(
    [
      { parts: [present, ...others], timeoutMs: LIMIT_MS },
      { parts: [past, ...otherPasts], timeoutMs: LIMIT_MS },
    ],
    values,
    async ([nowStream, spansStream]) => {
      if (!nowStream || !spansStream) throw new Error('one stream for each query');
      const now = await addUp(readings, 'now', nowStream, nowMs);
      const spans = await addUp(readings, 'spans', spansStream, nowMs);
      mismatches = readings.flatMap(({ definition: { name } }, i) =>
        compare(name, now[i] ?? new Map(), spans[i] ?? new Map()),
      );
    },
    LIMIT_MS,
  );
  return mismatches;
}

/**
 * The same for a database that is in use. A reading that waits for its snapshot also sees what happened after `:now`; so
 * differences are read once more with current values, and count only if they remain.
 * @throws BugflowError
 */
export async function verifyLiveHistory(
  reader: Reader,
  definitions: readonly CollectorDefinition[],
  values: () => ParameterValues,
): Promise<Mismatch[]> {
  const first = await verifyHistory(reader, definitions, values());
  if (first.length === 0) return first;
  const differed = new Set(first.map(({ metric, labels }) => metric + labels));
  const again = definitions.filter(({ name }) => first.some(({ collector }) => collector === name));
  const second = await verifyHistory(reader, again, values());
  return second.filter(({ metric, labels }) => differed.has(metric + labels));
}

/**
 * The same, with a result for each collector that can be verified: its mismatches, or why it could not be read. All are
 * read together or, if that fails, one by one. @throws BugflowError when the database cannot be used at all
 */
export async function verifyEach(
  reader: Reader,
  definitions: readonly CollectorDefinition[],
  values: () => ParameterValues,
): Promise<ReadonlyMap<string, readonly Mismatch[] | BugflowError>> {
  const verifiable = await withoutOff(
    reader,
    definitions.filter(({ now, spans }) => now && spans),
  );
  try {
    const mismatches = await verifyLiveHistory(reader, verifiable, values);
    return new Map(
      verifiable.map(({ name }) => [name, mismatches.filter(({ collector }) => collector === name)]),
    );
  } catch (error) {
    if (!(error instanceof BugflowError) || isDatabaseUnusable(error)) throw error;
    const [only, ...others] = verifiable;
    if (only && others.length === 0) return new Map([[only.name, error]]);
    const results: (readonly [string, readonly Mismatch[] | BugflowError])[] = [];
    for (const definition of verifiable) results.push(...(await verifyEach(reader, [definition], values)));
    return new Map(results);
  }
}

interface Verifiable {
  readonly definition: CollectorDefinition;
  readonly columns: readonly string[];
}

function part(
  { definition, columns }: Verifiable,
  sql: SqlSource,
  reading: ReadablePart['reading'],
): ReadablePart {
  return readablePartOf(definition, { sql, reading, columns });
}

/** The value of each line of the exposition, by collector. */
async function addUp(
  readings: readonly Verifiable[],
  shape: 'now' | 'spans',
  stream: RowStream,
  nowMs: number,
): Promise<Table[]> {
  const accumulators = readings.map(({ definition, columns }) => {
    const accumulator = createAccumulator(definition, shape);
    accumulator.expect(columns.map((name) => ({ name })));
    return accumulator;
  });
  for (;;) {
    const { rows } = await stream.next();
    if (rows.length === 0) return accumulators.map((accumulator) => tableOf(accumulator.families()));
    for (const row of rows) {
      const [number, , , begins] = row;
      // An age in spans is the age of the span's beginning.
      const aged = begins === null ? 0 : nowMs * 1000 - Number(begins);
      accumulators[Number(number)]?.read(row.slice(MERGED_COLUMNS.length), (account, value) =>
        addValue(
          account,
          account.cells,
          isAge(account, shape) ? (Math.round(value * 1e6) + aged) / 1e6 : value,
        ),
      );
    }
  }
}

function isAge({ metric }: Account, shape: 'now' | 'spans'): boolean {
  return shape === 'spans' && metric.type === 'histogram';
}

interface Line {
  /** Name and suffix: identifies the line among others of the metric. */
  readonly name: string;
  readonly metric: MetricDefinition;
  readonly key: SeriesKey;
  readonly value: number;
}

/** By name and key. */
type Table = ReadonlyMap<string, Line>;

/** A distribution has a line for each bucket and one for the sum. */
function tableOf(families: readonly MetricFamily[]): Table {
  const lines = families.flatMap((family): Line[] => {
    const { metric } = family;
    if ('values' in family)
      return [...family.values].map(([key, value]) => ({ name: metric.name, metric, key, value }));
    return [...family.distributions].flatMap(([key, { counts, sum }]) => [
      { name: `${metric.name}_sum`, metric, key, value: sum },
      ...counts.map((value, i) => ({
        name: `${metric.name}_bucket[${metric.buckets[i] ?? '+Inf'}]`,
        metric,
        key,
        value,
      })),
    ]);
  });
  return new Map(lines.map((line) => [`${line.name} ${line.key}`, line]));
}

/** A missing series counts as 0. */
function compare(collector: string, present: Table, past: Table): Mismatch[] {
  return [...new Map([...present, ...past])].flatMap(([id, { name, metric, key }]) => {
    const now = present.get(id)?.value ?? 0;
    const spans = past.get(id)?.value ?? 0;
    if (now === spans) return [];
    return [{ collector, metric: name, labels: renderLabels(labelsOfKey(metric.labels, key)), now, spans }];
  });
}
