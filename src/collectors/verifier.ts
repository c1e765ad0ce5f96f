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
  readonly verify: (definition: CollectorDefinition) => Promise<readonly Mismatch[]>;
  readonly onVerified: (definition: CollectorDefinition, mismatches: readonly Mismatch[]) => void;
  readonly onError: (definition: CollectorDefinition, error: unknown) => void;
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
    for (const definition of verifiable) {
      if (stopped) return;
      try {
        const mismatches = await options.verify(definition);
        found.set(definition.name, mismatches.length);
        options.onVerified(definition, mismatches);
      } catch (error) {
        options.onError(definition, error);
      }
    }
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
