import { assertHistoryKeys } from '../collectors/assert-history-keys.js';
import type { CollectorDefinition } from '../collectors/definition.js';
import { readablePartOf } from '../collectors/readable.js';
import { wantedColumns } from '../collectors/row-values.js';
import type { Row } from '../database/database.js';
import type { ReadablePart } from '../taiga/reader.js';
import type { Edge, SeriesWriter } from './series-writer.js';
import type { Change } from './timeline.js';

/** One piece of a collector's SQL, and the receiver of its rows. */
export interface Part {
  readonly readable: ReadablePart;
  /** @throws BugflowError when the row cannot be right */
  take(row: Row, edge: Edge, changes: Change[]): void;
}

/** The pieces to read of a collector. `zeros` comes first, so that of two rows at the same moment it counts first. */
export function partsOf(definition: CollectorDefinition, writer: SeriesWriter): Part[] {
  const { spans, events, zeros } = definition;
  const columns = wantedColumns(definition);
  const found = columns.map((name) => ({ name }));
  const parts: Part[] = [];
  if (zeros)
    parts.push({
      readable: readablePartOf(definition, { sql: zeros, reading: 'zeros', columns: 'all' }),
      take([json], { atMs }, changes) {
        const cells = Object.entries(JSON.parse(json ?? '{}') as Record<string, unknown>);
        const row = cells.map(([, cell]) => (cell === null ? null : String(cell)));
        writer.open(
          cells.map(([name]) => ({ name })),
          row,
          atMs,
          changes,
        );
      },
    });
  if (events ?? spans) writer.expect(found);
  if (events)
    parts.push({
      readable: readablePartOf(definition, { sql: events, reading: 'events', columns }),
      take(row, edge, changes) {
        assertHistoryKeys(definition, found, [row]);
        writer.write(row, edge, changes);
      },
    });
  if (spans)
    parts.push({
      readable: readablePartOf(definition, { sql: spans, reading: 'edges', columns }),
      take: writer.write,
    });
  return parts;
}
