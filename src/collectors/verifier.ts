import { messageOf } from '../errors.js';
import type { CreateTicker } from './cron-ticker.js';
import type { CollectorDefinition } from './definition.js';
import type { Mismatch } from './verify.js';

/** Holds the present and the past's end against each other, at the start and once a day: it reads all of history. */
export interface Verifier {
  start(): void;
  stop(): Promise<void>;
  /** Series that disagreed when a collector was last verified. */
  mismatches(): ReadonlyMap<string, number>;
}

export interface VerifierOptions {
  readonly collectors: readonly CollectorDefinition[];
  readonly timeZone: string;
  readonly createTicker: CreateTicker;
  /** By collector: the mismatches, or why it could not be read. Rejects when none can. */
  readonly verify: (
    definitions: readonly CollectorDefinition[],
  ) => Promise<ReadonlyMap<string, readonly Mismatch[] | Error>>;
  readonly onVerified: (collector: string, result: readonly Mismatch[] | Error) => void;
}

/** At night, and at an odd minute. */
const SCHEDULE = '41 3 * * *';
/** After the first runs, which are more urgent. */
const START_DELAY_MS = 20_000;

export function createVerifier(options: VerifierOptions): Verifier {
  const found = new Map<string, number>();
  const verifiable = options.collectors.filter((definition) => definition.now && definition.spans);
  let current: Promise<void> = Promise.resolve();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const verifyAll = async (): Promise<void> => {
    if (stopped) return;
    for (const [name, result] of await options.verify(verifiable).catch(failedAll)) {
      if (!(result instanceof Error)) found.set(name, result.length);
      options.onVerified(name, result);
    }
  };
  const failedAll = (reason: unknown): Map<string, Error> => {
    const error = reason instanceof Error ? reason : new Error(messageOf(reason));
    return new Map(verifiable.map(({ name }) => [name, error]));
  };
  const begin = (): void => {
    current = current.then(verifyAll);
  };
  const ticker = options.createTicker(SCHEDULE, options.timeZone, begin);

  return {
    start() {
      ticker.start();
      timer = setTimeout(begin, START_DELAY_MS);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await ticker.stop();
      await current;
    },
    mismatches: () => found,
  };
}
