import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import type { RowChange } from '../taiga/store.js';
import type { Micros } from '../taiga/time.js';
import type { Simulation } from '../team/simulation.js';

/** The moments of one act's steps. Together with the seed they determine every random choice. */
export type ActSteps = readonly Micros[];

/** In a schema of its own, so that readers of Taiga's tables do not see it. */
const TABLE = 'bugflow_demo.act';

export const createActsSql = `
  CREATE SCHEMA bugflow_demo;
  CREATE TABLE ${TABLE} (id bigserial PRIMARY KEY, steps bigint[] NOT NULL);
`;

/** Written in one transaction with the changes of the act. */
export const insertActSql = `INSERT INTO ${TABLE} (steps) VALUES ($1)`;

/** Repeats the acts after the year in the simulation, so that its people know them. Resolves to their number. */
export async function repeatActs(database: PGlite, simulation: Simulation): Promise<number> {
  const { rows } = await database.query<{ steps: (string | number | bigint)[] }>(
    `SELECT steps FROM ${TABLE} ORDER BY id`,
  );
  for (const { steps } of rows) {
    for (const at of steps) simulation.step(Number(at));
    // They are in the database already.
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
