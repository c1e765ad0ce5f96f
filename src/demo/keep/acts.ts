import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import type { RowChange } from '../taiga/store.js';
import type { Micros } from '../taiga/time.js';
import type { Simulation } from '../team/simulation.js';

/** The moments of the steps that one act took: with the seed they tell all that chance decided. */
export type ActSteps = readonly Micros[];

/** Beside Taiga's tables, where none of its readers looks. */
const TABLE = 'bugflow_demo.act';

export const createActsSql = `
  CREATE SCHEMA bugflow_demo;
  CREATE TABLE ${TABLE} (id bigserial PRIMARY KEY, steps bigint[] NOT NULL);
`;

/** Written with what the act changed, in one transaction. */
export const insertActSql = `INSERT INTO ${TABLE} (steps) VALUES ($1)`;

/** Lets the people live through what they did after the year, so that they know it. Resolves to how many acts that was. */
export async function repeatActs(database: PGlite, simulation: Simulation): Promise<number> {
  const { rows } = await database.query<{ steps: (string | number | bigint)[] }>(
    `SELECT steps FROM ${TABLE} ORDER BY id`,
  );
  for (const { steps } of rows) {
    for (const at of steps) simulation.step(Number(at));
    // The database has them.
    simulation.takeChanges();
    await nextTurn();
  }
  return rows.length;
}

export function fingerprintOf(changes: readonly RowChange[]): string {
  const hash = createHash('sha256');
  for (const change of changes) hash.update(JSON.stringify(change));
  return hash.digest('hex');
}
