import { taigaIndexesSql } from './schema-indexes.js';
import { taigaTablesSql } from './schema-tables.js';

/**
 * Taiga's tables and indexes, empty. There are no foreign keys: no reader needs them, and without them rows can be
 * inserted one by one, in any order.
 */
export const taigaSchemaSql: string = taigaTablesSql + taigaIndexesSql;
