/** The milliseconds to wait after so many failures in a row; never above the limit. */
export type RetryDelay = (failuresInARow: number, limitMs: number) => number;

export interface BackoffOptions {
  /** The wait after the first failure; default 1000. */
  readonly firstMs?: number;
  /** Gives a number from 0 to below 1. */
  readonly random?: () => number;
}

/** Clients that failed together must not all retry at the same moment. */
const JITTER = 0.5;
/** More doublings than any limit allows. */
const MAX_DOUBLINGS = 52;

/** 1 s, 2 s, 4 s … up to the limit, each shortened by up to a half. */
export function createBackoff({ firstMs = 1000, random = Math.random }: BackoffOptions = {}): RetryDelay {
  return (failuresInARow, limitMs) => {
    const doublings = Math.min(MAX_DOUBLINGS, Math.max(0, failuresInARow - 1));
    return Math.min(limitMs, firstMs * 2 ** doublings) * (1 - JITTER * random());
  };
}
