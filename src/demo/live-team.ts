import { setTimeout as sleep } from 'node:timers/promises';
import { connectLiveWriter } from './postgres/live-writer.js';
import type { RowChange } from './taiga/store.js';
import { type Micros, microsOf } from './taiga/time.js';
import type { Simulation } from './team/simulation.js';

export interface LiveTeam {
  /** Lets the act in hand end, then rests. */
  stop(): Promise<void>;
}

interface LiveTeamOptions {
  readonly simulation: Simulation;
  readonly url: string;
  readonly paceMs: number;
  /** Whether the database outlives the process, and so keeps what each act was, too. */
  readonly keepsActs: boolean;
  report(message: string): void;
}

/** Now and then somebody finds nothing to do; after so many in a row the act is left out. */
const attempts = 50;
/** How long an act under way may take to come to its end. */
const graceMs = 500;

/** Lets the simulated organisation go on in the present: one act at a time, at the real time, round the clock. */
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
    // Steps that changed nothing are kept, too: chance was asked.
    if (keepsActs || changes.length > 0) await writer.write(changes, keepsActs ? steps : undefined);
  };
  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sleep(paceMs, undefined, { signal: stopping.signal });
      await act();
    }
  };
  const working = work().catch((error: unknown) => {
    // What memory holds and what the database holds may differ now, so going on would only make it worse.
    if (!stopping.signal.aborted) report(`the team stopped working: ${String(error)}`);
  });
  return {
    async stop() {
      stopping.abort();
      // An act may wait for the transaction of a client that will not end it any more: then it is cut short.
      await Promise.race([working, sleep(graceMs)]);
      await writer.close();
      await working;
    },
  };
}
