import type { Column, Row, RowStream } from '../database/database.js';
import type { CollectorDefinition } from './definition.js';
import { type LabelBlock, labelBlock, type MetricFamily } from './families.js';
import type { ParameterValues } from './parameters.js';
import type { Reader } from './reader.js';
import { locateColumns, readLabels, readValue } from './row-values.js';
import { createFamilyBuilder } from './rows-to-families.js';

/** A series of which the present and the past's end disagree. A series that is not there counts as 0. */
export interface Mismatch {
  readonly metric: string;
  readonly labels: LabelBlock;
  readonly now: number;
  readonly spans: number;
}

/** Binary fractions, added up in another order. */
const TOLERANCE = 1e-6;
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
      const builder = createFamilyBuilder(definition);
      await readAll(present, builder.add);
      mismatches = compare(builder.finish(), await addUp(definition, past));
    },
    LIMIT_MS,
  );
  return mismatches;
}

async function readAll(
  stream: RowStream,
  add: (columns: readonly Column[], rows: readonly Row[]) => void,
): Promise<void> {
  for (;;) {
    const { columns, rows } = await stream.next();
    add(columns, rows);
    if (rows.length === 0) return;
  }
}

/** Sums by metric and labels. */
async function addUp(
  definition: CollectorDefinition,
  stream: RowStream,
): Promise<ReadonlyMap<string, ReadonlyMap<LabelBlock, number>>> {
  const sums = new Map(definition.metrics.map((metric) => [metric.name, new Map<LabelBlock, number>()]));
  await readAll(stream, (columns, rows) => {
    for (const metric of definition.metrics) {
      const target = locateColumns(metric, columns);
      const sum = sums.get(metric.name);
      for (const row of rows) {
        const value = readValue(target, row);
        if (value === undefined) continue;
        const labels = labelBlock(metric.labels, readLabels(target, row));
        sum?.set(labels, (sum.get(labels) ?? 0) + value);
      }
    }
  });
  return sums;
}

function compare(
  families: readonly MetricFamily[],
  sums: ReadonlyMap<string, ReadonlyMap<LabelBlock, number>>,
): Mismatch[] {
  return families.flatMap((family) => {
    if (!('values' in family)) return [];
    const { name } = family.metric;
    const past = sums.get(name) ?? new Map<LabelBlock, number>();
    return [...new Set([...family.values.keys(), ...past.keys()])]
      .map((labels) => ({
        metric: name,
        labels,
        now: family.values.get(labels) ?? 0,
        spans: past.get(labels) ?? 0,
      }))
      .filter((each) => Math.abs(each.now - each.spans) > TOLERANCE);
  });
}
