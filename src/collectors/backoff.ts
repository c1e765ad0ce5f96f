/** How long to wait after so many failures in a row, never above the limit. Milliseconds. */
export type RetryDelay = (failuresInARow: number, limitMs: number) => number;

const FIRST_MS = 1000;
/** So that what failed together does not come back all at once. */
const JITTER = 0.2;

/** 1 s, 2 s, 4 s … up to the limit, each shortened by up to a fifth. */
export function createBackoff(random: () => number = Math.random): RetryDelay {
  return (failuresInARow, limitMs) =>
    Math.min(limitMs, FIRST_MS * 2 ** (failuresInARow - 1)) * (1 - JITTER * random());
}
