import { openKeptDemo, type Year } from './keep/kept-demo.js';
import { startLiveTeam } from './live-team.js';
import { liveThrough } from './live-through.js';
import {
  type EmbeddedPostgres,
  type ListenAddress,
  startEmbeddedPostgres,
} from './postgres/embedded-postgres.js';
import { load } from './postgres/load.js';
import { microsOf } from './taiga/time.js';
import { Simulation } from './team/simulation.js';

export interface DemoTaiga {
  /** PostgreSQL URL for this machine. */
  readonly url: string;
  close(): Promise<void>;
}

export interface DemoOptions {
  readonly seed: number;
  /** The end of the past. */
  readonly now: Date;
  /** The length of the past; default 12. */
  readonly months?: number;
  /** The folder that keeps the database; an existing one continues. Without it the database is in memory. */
  readonly folder?: string | undefined;
  /** Where the database accepts clients; by default on loopback and a free port. */
  readonly listen?: ListenAddress | undefined;
  /** Real milliseconds between two acts of the team once it is live; null: it does nothing. */
  readonly paceMs?: number | null;
  onProgress?(message: string): void;
}

/** Starts a Taiga database of an invented organisation, which has a past and goes on working. */
export async function startDemoTaiga(options: DemoOptions): Promise<DemoTaiga> {
  const { seed, now, months = 12, paceMs = null, folder, listen } = options;
  const report = (message: string): void => options.onProgress?.(message);
  const year: Year = {
    seed,
    fromMicros: microsOf(monthsBefore(now, months)),
    toMicros: microsOf(now),
  };
  const { postgres, simulation } = await (folder === undefined
    ? startInMemory(year, report)
    : openKeptDemo(folder, year, report));
  try {
    const url = await postgres.listen(listen);
    let closing: Promise<void> | undefined;
    const team =
      paceMs === null || simulation === undefined
        ? undefined
        : await startLiveTeam({ simulation, url, paceMs, keepsActs: folder !== undefined, report });
    const close = async (): Promise<void> => {
      await team?.stop();
      await postgres.close();
    };
    return {
      url,
      close() {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

async function startInMemory(
  { seed, fromMicros, toMicros }: Year,
  report: (message: string) => void,
): Promise<{ postgres: EmbeddedPostgres; simulation: Simulation }> {
  const postgres = await startEmbeddedPostgres();
  report('the embedded PostgreSQL is up');
  try {
    const simulation = new Simulation(seed, { from: fromMicros, to: toMicros });
    await liveThrough(simulation, toMicros);
    const rows = await load(postgres.database, simulation.takeChanges());
    report(`the past is in it: ${rows} rows`);
    return { postgres, simulation };
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

export function monthsBefore(date: Date, months: number): Date {
  const before = new Date(date);
  before.setUTCMonth(before.getUTCMonth() - months);
  return before;
}
