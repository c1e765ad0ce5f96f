import { taigaIndexesSql } from './schema-indexes.js';
import { taigaTablesSql } from './schema-tables.js';

/**
 * Taiga's tables and indexes, empty. There are no foreign keys: no reader needs them, and without them rows can be
 * inserted one by one, in any order.
 */
export const taigaSchemaSql: string = taigaTablesSql + taigaIndexesSql;

/** Creates the empty tables with any function that runs SQL: PGlite's `exec`, a pg client's `query`. */
export async function createTaigaSchema(execute: (sql: string) => Promise<unknown>): Promise<void> {
  await execute(taigaSchemaSql);
}
