/** How long to wait after so many failures in a row, never above the limit. Milliseconds. */
export type RetryDelay = (failuresInARow: number, limitMs: number) => number;

export interface BackoffOptions {
  /** After the first failure; a second when absent. */
  readonly firstMs?: number;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/** So that what failed together does not come back all at once. */
const JITTER = 0.5;
/** More doublings than any limit allows. */
const MOST_DOUBLINGS = 52;

/** 1 s, 2 s, 4 s … up to the limit, each shortened by up to a half. */
export function createBackoff({ firstMs = 1000, random = Math.random }: BackoffOptions = {}): RetryDelay {
  return (failuresInARow, limitMs) => {
    const doublings = Math.min(MOST_DOUBLINGS, Math.max(0, failuresInARow - 1));
    return Math.min(limitMs, firstMs * 2 ** doublings) * (1 - JITTER * random());
  };
}
