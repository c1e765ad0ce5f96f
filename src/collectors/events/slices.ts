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

export interface Rows {
  readonly columns: readonly Column[];
  readonly rows: Row[];
}

/** What each of the collectors finds in a slice, and the rows of the part `along`: one query for all of them. */
export async function readSlice(
  reader: Reader,
  definitions: readonly EventDefinition[],
  values: ParameterValues,
  along?: ReadablePart,
): Promise<{
  readonly found: readonly Rows[];
  readonly foundAlong: readonly Row[];
  readonly tookMs: number;
}> {
  const [alone, ...others] = definitions;
  // One that is shipped is read like several, so that its columns are the same in every pass.
  if (alone && others.length === 0 && !alone.shipped && !along) {
    const found: { columns: readonly Column[]; rows: Row[] } = { columns: [], rows: [] };
    const tookMs = await reader.read(readableOf(alone, alone.events), values, (columns, rows) => {
      found.columns = columns;
      for (const row of rows) found.rows.push(row);
    });
    return { found: [found], foundAlong: [], tookMs };
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
  if (along) parts.push(along);
  const foundAlong: Row[] = [];
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
          else foundAlong.push(row.slice(MERGED_COLUMNS.length));
        }
      }
    },
  );
  return { found, foundAlong, tookMs: performance.now() - startedAt };
}
