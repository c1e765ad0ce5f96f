import { setTimeout as sleep } from 'node:timers/promises';
import { connectLiveWriter } from './postgres/live-writer.js';
import type { RowChange } from './taiga/store.js';
import { type Micros, microsOf } from './taiga/time.js';
import type { Simulation } from './team/simulation.js';

export interface LiveTeam {
  /** Stops after the current act. */
  stop(): Promise<void>;
}

interface LiveTeamOptions {
  readonly simulation: Simulation;
  readonly url: string;
  readonly paceMs: number;
  /** Whether the database outlives the process, so that each act is stored, too. */
  readonly keepsActs: boolean;
  report(message: string): void;
}

/** Sometimes nobody finds anything to do; after so many attempts in a row the act is skipped. */
const attempts = 50;
/** How long a running act may take to end. */
const graceMs = 500;

/** Continues the simulation in the present: one act at a time, at the real time, day and night. */
export async function startLiveTeam({
  simulation,
  url,
  paceMs,
  keepsActs,
  report,
}: LiveTeamOptions): Promise<LiveTeam> {
  const writer = await connectLiveWriter(url);
  const stopping = new AbortController();

  const act = async (): Promise<void> => {
    const steps: Micros[] = [];
    let changes: RowChange[] = [];
    while (changes.length === 0 && steps.length < attempts) {
      const at = microsOf(new Date());
      steps.push(at);
      simulation.step(at);
      changes = simulation.takeChanges();
    }
    // Steps without changes are kept, too, as they used random numbers.
    if (keepsActs || changes.length > 0) await writer.write(changes, keepsActs ? steps : undefined);
  };
  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sleep(paceMs, undefined, { signal: stopping.signal });
      await act();
    }
  };
  const working = work().catch((error: unknown) => {
    // Memory and database may differ now, so going on would only make it worse.
    if (!stopping.signal.aborted) report(`the team stopped working: ${String(error)}`);
  });
  return {
    async stop() {
      stopping.abort();
      // An act may wait for a client's transaction that will never end; then it is interrupted.
      await Promise.race([working, sleep(graceMs)]);
      await writer.close();
      await working;
    },
  };
}
