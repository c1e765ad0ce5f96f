import type { Row } from '../database/database.js';
import type { ParameterValues } from '../taiga/parameters.js';
import type { Reader, RowSample } from '../taiga/reader.js';
import type { SqlSource } from '../taiga/sql/query-text.js';
import { createAccumulator } from './accumulator.js';
import { assertHistoryKeys } from './assert-history-keys.js';
import type { CollectorDefinition } from './definition.js';
import type { MetricFamily } from './families.js';
import { readableOf } from './readable.js';

/** The result of one run of a collector. */
export interface Reading {
  readonly families: readonly MetricFamily[];
  /** Whether the families may differ from those of the run before. */
  readonly changed: boolean;
  /** Whether everything was read, not only what changed; then series need not be new. */
  readonly isComplete: boolean;
  readonly rowCount: number;
  /** The first few rows, to explain the numbers. */
  readonly sample: RowSample;
  readonly databaseMs: number;
}

/** Receives rows batch by batch and keeps a few of them. */
export interface RowWatch {
  readonly rowCount: () => number;
  readonly sample: () => RowSample;
  see(columns: readonly { readonly name: string }[], rows: readonly Row[]): void;
}

const SAMPLE_ROWS = 10;

export function createRowWatch(): RowWatch {
  const sampleRows: Row[] = [];
  let columnNames: string[] = [];
  let rowCount = 0;
  return {
    rowCount: () => rowCount,
    sample: () => ({ columns: columnNames, rows: sampleRows }),
    see(columns, rows) {
      columnNames = columns.map((column) => column.name);
      rowCount += rows.length;
      sampleRows.push(...rows.slice(0, SAMPLE_ROWS - sampleRows.length));
    },
  };
}

/** Reads a collector completely, once: its present, or all its events up to `:now`. @throws BugflowError */
export async function readOnce(
  reader: Reader,
  definition: CollectorDefinition,
  values: ParameterValues,
): Promise<Reading> {
  const watch = createRowWatch();
  const accumulator = createAccumulator(definition, definition.now ? 'now' : 'events');
  const sql = sqlOf(definition);
  let databaseMs = await reader.read(readableOf(definition, sql), values, (columns, rows) => {
    watch.see(columns, rows);
    assertHistoryKeys(definition, columns, rows);
    accumulator.add(columns, rows);
  });
  const { zeros } = definition;
  if (zeros)
    databaseMs += await reader.read(readableOf(definition, zeros, 'zeros'), values, accumulator.open);
  return {
    families: accumulator.families(),
    changed: true,
    isComplete: true,
    rowCount: watch.rowCount(),
    sample: watch.sample(),
    databaseMs,
  };
}

function sqlOf({ now, events, name }: CollectorDefinition): SqlSource {
  const sql = now ?? events;
  if (!sql) throw new Error(`collector ${name} has no SQL: its definition was not checked`);
  return sql;
}
