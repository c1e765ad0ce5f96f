import type { RetryDelay } from '../base/backoff.js';

/** How a run ended; `absence`: the database could not be reached, which is not the collector's fault. */
export type Outcome = 'success' | 'failure' | 'absence';

/** Limits a collector that keeps failing to an occasional trial run. */
export interface CircuitBreaker {
  /** While it is open, the schedule does not run the collector; only trial runs do. */
  isOpen(): boolean;
  /** Records how a run ended. Returns the milliseconds until the next trial; undefined: the schedule continues. */
  record(outcome: Outcome): number | undefined;
}

export interface CircuitBreakerOptions {
  readonly retryDelayMs: RetryDelay;
  /** The schedule's interval in milliseconds. */
  readonly intervalMs: () => number;
}

export const FAILURES_TO_OPEN = 5;

const MINUTE_MS = 60_000;
/** An absent database says nothing about the collector: soon after it is back, the values should be back, too. */
const MAX_WAIT_FOR_DATABASE_MS = MINUTE_MS;
/** A failing collector is fixed by people, so a longer wait does no harm. */
const MAX_WAIT_MS = 15 * MINUTE_MS;
/** But with a schedule of a few seconds, missing values are noticed sooner. */
const INTERVALS_TO_WAIT = 15;

export function createCircuitBreaker({ retryDelayMs, intervalMs }: CircuitBreakerOptions): CircuitBreaker {
  let open = false;
  let failuresInARow = 0;
  // Runs in a row with the same outcome: waits for the database do not lengthen the waits for a failing collector.
  let sameInARow = 0;
  let last: Outcome = 'success';

  return {
    isOpen: () => open,
    record(outcome) {
      sameInARow = outcome === last ? sameInARow + 1 : 1;
      last = outcome;
      failuresInARow = outcome === 'success' ? 0 : failuresInARow + 1;
      open = outcome !== 'success' && (open || failuresInARow >= FAILURES_TO_OPEN);
      if (outcome === 'success') return undefined;
      return retryDelayMs(
        sameInARow,
        outcome === 'absence' ? MAX_WAIT_FOR_DATABASE_MS : maxWaitMs(intervalMs()),
      );
    },
  };
}

/** Fifteen times the schedule's interval, but at least a minute and at most 15 minutes. */
export function maxWaitMs(intervalMs: number): number {
  return Math.min(MAX_WAIT_MS, Math.max(MINUTE_MS, INTERVALS_TO_WAIT * intervalMs));
}
