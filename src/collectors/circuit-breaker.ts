import type { RetryDelay } from '../base/backoff.js';

/** How a run ended; `absence`: the database could not be asked, which is not the collector's fault. */
export type Outcome = 'success' | 'failure' | 'absence';

/** Keeps a collector that fails again and again from asking for more than a trial now and then. */
export interface CircuitBreaker {
  /** While it is open a collector is not run because it is due, only to try whether it works again. */
  isOpen(): boolean;
  /** Takes in how a run ended. The milliseconds until the next try; undefined: the schedule goes on. */
  record(outcome: Outcome): number | undefined;
}

export interface CircuitBreakerOptions {
  readonly retryDelayMs: RetryDelay;
  /** From one run to the next by the schedule. */
  readonly intervalMs: () => number;
}

export const FAILURES_TO_OPEN = 5;

const MINUTE_MS = 60_000;
/** The database's absence says nothing about the collector: soon after it is back, so are the values. */
const LONGEST_WAIT_FOR_DATABASE_MS = MINUTE_MS;
/** What went wrong in a collector is fixed by people: nobody waits for it to the second. */
const LONGEST_WAIT_MS = 15 * MINUTE_MS;
/** But who asks for values every few seconds misses them sooner. */
const INTERVALS_TO_WAIT = 15;

export function createCircuitBreaker({ retryDelayMs, intervalMs }: CircuitBreakerOptions): CircuitBreaker {
  let open = false;
  let failuresInARow = 0;
  // Those that ended like the last one: the wait after the database's absence is no measure for a collector's failure.
  let alike = 0;
  let last: Outcome = 'success';

  return {
    isOpen: () => open,
    record(outcome) {
      alike = outcome === last ? alike + 1 : 1;
      last = outcome;
      failuresInARow = outcome === 'success' ? 0 : failuresInARow + 1;
      open = outcome !== 'success' && (open || failuresInARow >= FAILURES_TO_OPEN);
      if (outcome === 'success') return undefined;
      return retryDelayMs(
        alike,
        outcome === 'absence' ? LONGEST_WAIT_FOR_DATABASE_MS : longestWaitMs(intervalMs()),
      );
    },
  };
}

/** Fifteen times what the schedule says, between a minute and 15 minutes. */
export function longestWaitMs(intervalMs: number): number {
  return Math.min(LONGEST_WAIT_MS, Math.max(MINUTE_MS, INTERVALS_TO_WAIT * intervalMs));
}
