import type { RowStream } from '../database/database.js';
import { type Accumulator, createAccumulator } from './accumulator.js';
import type { CollectorDefinition } from './definition.js';
import type { LabelBlock, MetricFamily } from './families.js';
import type { ParameterValues } from './parameters.js';
import type { Reader } from './reader.js';

/** A series of which the present and the past's end disagree. A series that is not there counts as 0. */
export interface Mismatch {
  readonly metric: string;
  readonly labels: LabelBlock;
  readonly now: number;
  readonly spans: number;
}

/** All of history is read. */
const TIMEOUT_MS = 5 * 60_000;
/** For the whole of it: a collector's SQL must not keep a connection for ever by answering slowly. */
const LIMIT_MS = 15 * 60_000;

/**
 * Holds the two readings of a collector against each other: its spans that are valid now must add up to what `now`
 * says. Both are read on one snapshot of the database. @throws BugflowError
 */
export async function verifyHistory(
  reader: Reader,
  definition: CollectorDefinition,
  values: ParameterValues,
): Promise<Mismatch[]> {
  const { now, spans, shipped, relations } = definition;
  if (!now || !spans) return [];
  let mismatches: Mismatch[] = [];
  await reader.readTogether(
    [
      { sql: now, shipped, relations, timeoutMs: TIMEOUT_MS },
      { sql: spans, shipped, relations, timeoutMs: TIMEOUT_MS, frame: 'valid' },
    ],
    values,
    async ([present, past]) => {
      if (!present || !past) throw new Error('one stream for each query');
      mismatches = compare(
        await addUp(createAccumulator(definition, 'now'), present),
        await addUp(createAccumulator(definition, 'spans'), past),
      );
    },
    LIMIT_MS,
  );
  return mismatches;
}

/**
 * The same of a database in which people go on working. Where a reading has to wait for its snapshot, that holds what
 * happened after `:now`; so what differs is read once more, with values of that time, and counts if it differs still.
 * @throws BugflowError
 */
export async function verifyLiveHistory(
  reader: Reader,
  definition: CollectorDefinition,
  values: () => ParameterValues,
): Promise<Mismatch[]> {
  const first = await verifyHistory(reader, definition, values());
  if (first.length === 0) return first;
  const differed = new Set(first.map(({ metric, labels }) => metric + labels));
  const second = await verifyHistory(reader, definition, values());
  return second.filter(({ metric, labels }) => differed.has(metric + labels));
}

async function addUp(accumulator: Accumulator, stream: RowStream): Promise<MetricFamily[]> {
  for (;;) {
    const { columns, rows } = await stream.next();
    accumulator.add(columns, rows);
    if (rows.length === 0) return accumulator.families();
  }
}

/** A series that is not there counts as 0. */
function compare(present: readonly MetricFamily[], past: readonly MetricFamily[]): Mismatch[] {
  return present.flatMap((family, i) => {
    const now = valuesOf(family);
    const spans = valuesOf(past[i]);
    return [...new Set([...now.keys(), ...spans.keys()])]
      .map((labels) => ({
        metric: family.metric.name,
        labels,
        now: now.get(labels) ?? 0,
        spans: spans.get(labels) ?? 0,
      }))
      .filter((each) => each.now !== each.spans);
  });
}

function valuesOf(family: MetricFamily | undefined): ReadonlyMap<LabelBlock, number> {
  return family && 'values' in family ? family.values : new Map();
}
