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
  /** The past ends here. */
  readonly now: Date;
  /** How long the past is: 12 unless told otherwise. */
  readonly months?: number;
  /** Where the database is kept: what is there is gone on with. Without one it is in memory. */
  readonly folder?: string | undefined;
  /** Where the database lets clients in: loopback and a free port by default. */
  readonly listen?: ListenAddress | undefined;
  /** Real milliseconds between two acts of the team once it is live; null: it rests. */
  readonly paceMs?: number | null;
  onProgress?(message: string): void;
}

/** Starts a Taiga database of an invented organisation: its past is there at once, and its people go on working. */
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
