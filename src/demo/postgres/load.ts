import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import { taigaIndexesSql } from '../schema-indexes.js';
import { taigaTablesSql } from '../schema-tables.js';
import type { RowChange } from '../taiga/store.js';
import { fold } from './fold.js';

/** Rows in one statement; more would only cost memory. */
const batchSize = 4000;

/** Fills an empty database with the rows that the changes lead to. Indexes come last, which is faster. */
export async function load(database: PGlite, changes: readonly RowChange[]): Promise<number> {
  let count = 0;
  await database.exec(taigaTablesSql);
  await database.exec('BEGIN');
  for (const [table, rows] of Object.entries(fold(changes))) {
    for (let start = 0; start < rows.length; start += batchSize) {
      const batch = JSON.stringify(rows.slice(start, start + batchSize));
      await database.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(null::${table}, $1)`, [
        batch,
      ]);
      // A statement blocks the event loop, so signals get a turn in between.
      await nextTurn();
    }
    if (table !== 'history_historyentry') {
      await database.exec(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), max(id)) FROM ${table}`);
    }
    count += rows.length;
  }
  await database.exec('COMMIT');
  await database.exec(taigaIndexesSql);
  await database.exec('ANALYZE');
  return count;
}
