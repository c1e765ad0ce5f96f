import { messageOf } from '../base/errors.js';
import type { CreateTicker } from '../scheduling/cron-ticker.js';
import { createJob } from '../scheduling/job.js';
import type { CollectorDefinition } from './definition.js';
import type { Mismatch } from './verify.js';

/** Compares the present with the end of the past, at the start and once a day, as it reads all of history. */
export interface Verifier {
  /** @param firstRuns of the collectors, which are more urgent */
  start(firstRuns: Promise<void>): void;
  stop(): Promise<void>;
  /** How many series of each collector disagreed when it was last verified. */
  mismatches(): ReadonlyMap<string, number>;
}

export interface VerifierOptions {
  readonly collectors: readonly CollectorDefinition[];
  readonly timeZone: string;
  readonly createTicker: CreateTicker;
  /** By collector: the mismatches, or why it could not be read. Rejects when none can be read. */
  readonly verify: (
    definitions: readonly CollectorDefinition[],
  ) => Promise<ReadonlyMap<string, readonly Mismatch[] | Error>>;
  readonly onVerified: (collector: string, result: readonly Mismatch[] | Error) => void;
}

/** At night, and not at a full hour. */
const SCHEDULE = '41 3 * * *';
/** From the first runs on. */
const START_DELAY_MS = 20_000;

export function createVerifier(options: VerifierOptions): Verifier {
  const found = new Map<string, number>();
  const verifiable = options.collectors.filter((definition) => definition.now && definition.spans);
  const failedAll = (reason: unknown): Map<string, Error> => {
    const error = reason instanceof Error ? reason : new Error(messageOf(reason));
    return new Map(verifiable.map(({ name }) => [name, error]));
  };
  const report = (results: ReadonlyMap<string, readonly Mismatch[] | Error>): void => {
    for (const [name, result] of results) {
      if (!(result instanceof Error)) found.set(name, result.length);
      options.onVerified(name, result);
    }
  };
  const job = createJob({
    name: 'verify',
    schedule: SCHEDULE,
    timeZone: options.timeZone,
    // Once a day is enough; a machine that sleeps at night verifies when it wakes up.
    policy: 'catch-up',
    createTicker: options.createTicker,
    run: async () => report(await options.verify(verifiable)),
    onError: (error) => report(failedAll(error)),
  });

  return {
    start(firstRuns) {
      job.start();
      void firstRuns.then(() => job.runIn(START_DELAY_MS));
    },
    stop: () => job.stop(),
    mismatches: () => found,
  };
}
