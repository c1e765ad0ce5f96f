import type { TableName, Tables } from '../taiga/rows.js';
import type { RowChange } from '../taiga/store.js';

export type Folded = { [T in TableName]?: Tables[T][] };

/** The rows, by table, that exist after a list of changes. */
export function fold(changes: readonly RowChange[]): Folded {
  const tables = new Map<TableName, Map<number | string, object>>();
  for (const change of changes) {
    let rows = tables.get(change.table);
    if (rows === undefined) {
      rows = new Map();
      tables.set(change.table, rows);
    }
    if (change.operation === 'insert') rows.set(change.row.id, { ...change.row });
    else if (change.operation === 'delete') rows.delete(change.id);
    else Object.assign(rows.get(change.id) ?? {}, change.set);
  }
  return Object.fromEntries([...tables].map(([table, rows]) => [table, [...rows.values()]])) as Folded;
}
