import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BugflowError, messageOf } from '../../base/errors.js';
import { makeFolder } from '../../base/make-folder.js';
import { liveThrough } from '../live-through.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../postgres/embedded-postgres.js';
import { load } from '../postgres/load.js';
import { Simulation } from '../team/simulation.js';
import { createActsSql, fingerprintOf, repeatActs } from './acts.js';
import { readRecord, writeRecord } from './record.js';

export interface KeptDemo {
  readonly postgres: EmbeddedPostgres;
  /** The simulation in the state of the database; undefined when this version would have simulated the year differently. */
  readonly simulation: Simulation | undefined;
}

export interface Year {
  readonly seed: number;
  readonly fromMicros: number;
  readonly toMicros: number;
}

/**
 * The demo whose database is in a folder: the existing one, or else a new one. The remains of an incomplete first start
 * are removed. @throws BugflowError
 */
export async function openKeptDemo(
  folder: string,
  newYear: Year,
  report: (message: string) => void,
): Promise<KeptDemo> {
  const record = await readRecord(folder);
  const databaseFolder = join(folder, 'database');
  if (record === undefined) {
    await emptyFolder(databaseFolder);
    const postgres = await open(databaseFolder);
    try {
      const simulation = await liveThatYear(newYear);
      const changes = simulation.takeChanges();
      const rows = await load(postgres.database, changes);
      await postgres.database.exec(createActsSql);
      await postgres.database.exec('CHECKPOINT');
      await writeRecord(folder, { ...newYear, fingerprint: fingerprintOf(changes) });
      report(`a year of work is in ${folder}: ${rows} rows`);
      return { postgres, simulation };
    } catch (error) {
      await postgres.close();
      throw error;
    }
  }
  const postgres = await open(databaseFolder);
  try {
    const simulation = await liveThatYear(record);
    if (fingerprintOf(simulation.takeChanges()) !== record.fingerprint) {
      report(
        `the year in ${folder} was made up by another version, and this one cannot continue it: it is shown, but nobody goes on working; remove the folder for a new year`,
      );
      return { postgres, simulation: undefined };
    }
    const acts = await repeatActs(postgres.database, simulation);
    report(`the database in ${folder} continues after its year and ${acts} acts`);
    return { postgres, simulation };
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

async function liveThatYear({ seed, fromMicros, toMicros }: Year): Promise<Simulation> {
  const simulation = new Simulation(seed, { from: fromMicros, to: toMicros });
  await liveThrough(simulation, toMicros);
  return simulation;
}

async function emptyFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
    await makeFolder(path);
  } catch (error) {
    throw new BugflowError('DEMO_FOLDER', `${path}: cannot be created: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function open(path: string): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres({ folder: path });
  } catch (error) {
    throw new BugflowError(
      'DEMO_FOLDER',
      `${path}: the embedded PostgreSQL cannot open it (${messageOf(error)}); remove the folder for a new year`,
      { cause: error },
    );
  }
}
