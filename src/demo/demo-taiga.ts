import { startLiveTeam } from './live-team.js';
import { startEmbeddedPostgres } from './postgres/embedded-postgres.js';
import { load } from './postgres/load.js';
import { microsOf } from './taiga/time.js';
import { Simulation } from './team/simulation.js';

export interface DemoTaiga {
  /** PostgreSQL URL on loopback. */
  readonly url: string;
  close(): Promise<void>;
}

export interface DemoOptions {
  readonly seed: number;
  /** The past ends here. */
  readonly now: Date;
  /** How long the past is: 12 unless told otherwise. */
  readonly months?: number;
  /** Real milliseconds between two acts of the team once it is live; null: it rests. */
  readonly paceMs?: number | null;
  onProgress?(message: string): void;
}

/** Starts a Taiga database of an invented organisation: its past is there at once, and its people go on working. */
export async function startDemoTaiga(options: DemoOptions): Promise<DemoTaiga> {
  const { seed, now, months = 12, paceMs = null } = options;
  const report = (message: string): void => options.onProgress?.(message);
  const postgres = await startEmbeddedPostgres();
  report('the embedded PostgreSQL is up');
  try {
    const simulation = new Simulation(seed, { from: microsOf(monthsBefore(now, months)), to: microsOf(now) });
    simulation.liveUntil(microsOf(now));
    const rows = await load(postgres.database, simulation.takeChanges());
    report(`${months} months of work are in it: ${rows} rows`);
    const url = await postgres.listen();
    let closing: Promise<void> | undefined;
    const team = paceMs === null ? undefined : await startLiveTeam({ simulation, url, paceMs, report });
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

export function monthsBefore(date: Date, months: number): Date {
  const before = new Date(date);
  before.setUTCMonth(before.getUTCMonth() - months);
  return before;
}
