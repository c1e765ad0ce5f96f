import type { Column, Row } from '../../database/database.js';
import type { ParameterValues } from '../../taiga/parameters.js';
import type { ReadablePart, Reader } from '../../taiga/reader.js';
import { MERGED_COLUMNS } from '../../taiga/sql/compile.js';
import { readableOf, readablePartOf } from '../readable.js';
import { wantedColumns } from '../row-values.js';
import type { EventDefinition } from './event-definition.js';

/** Rows of history in a slice: enough to be worth a query, few enough to keep memory flat and statements short. */
const SLICE_ENTRIES = 20_000;
/** An item can have been written a hundred thousand times, or never. */
const MAX_SLICE_ITEMS = 10_000;

/** Puts groups together to slices of about the wanted size; a group is never cut. */
export function* slicesOf(groups: Iterable<readonly string[]>, entriesPerItem: number): Iterable<string[]> {
  const most = Math.min(
    MAX_SLICE_ITEMS,
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

/** Receives rows of the collector with this index, batch by batch. */
export type TakeRows = (index: number, columns: readonly Column[], rows: readonly Row[]) => void;

/** What else is read along with a slice. */
export interface Along {
  readonly part: ReadablePart;
  add(rows: readonly Row[]): void;
}

/**
 * Reads what each of the collectors finds in a slice, and what is read along: one query for all of them. Resolves to the
 * milliseconds that it took. @throws BugflowError
 */
export async function readSlice(
  reader: Reader,
  definitions: readonly EventDefinition[],
  values: ParameterValues,
  take: TakeRows,
  along?: Along,
): Promise<number> {
  const [alone, ...others] = definitions;
  // One that is shipped is read like several, so that its columns are the same in every pass.
  if (alone && others.length === 0 && !alone.shipped && !along)
    return reader.read(readableOf(alone, alone.events), values, (columns, rows) => take(0, columns, rows));
  const columns = definitions.map((definition) => wantedColumns(definition).map((name) => ({ name })));
  const parts = definitions.map((definition, i) =>
    readablePartOf(definition, {
      sql: definition.events,
      // Totals do not depend on the order.
      reading: 'rows',
      columns: columns[i]?.map(({ name }) => name) ?? [],
    }),
  );
  if (along) parts.push(along.part);
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
        const found = parts.map(({ columns }): { width: number; rows: Row[] } => ({
          // Behind its own columns, a part has those of wider ones.
          width: columns.length,
          rows: [],
        }));
        for (const row of rows) {
          const part = found[Number(row[0])];
          part?.rows.push(row.slice(MERGED_COLUMNS.length, MERGED_COLUMNS.length + part.width));
        }
        for (const [i, own] of columns.entries()) take(i, own, found[i]?.rows ?? []);
        along?.add(found[columns.length]?.rows ?? []);
      }
    },
  );
  return performance.now() - startedAt;
}
