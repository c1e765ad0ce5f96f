import { setTimeout as sleep } from 'node:timers/promises';
import { HANG_MS } from './hang.js';

/**
 * Tries until the check holds, and gives what it found. All that is asserted of one moment belongs into one check: what
 * one scrape says need not be in the next, and when one number has followed another may be on its way.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  /** Why it can never hold any more, if so. */
  hopeless: () => string | undefined = () => undefined,
  /** For what takes longer than anything else here. */
  limitMs = HANG_MS,
): Promise<T> {
  for (const startedAt = performance.now(); ; await sleep(25)) {
    try {
      return await check();
    } catch (error) {
      const reason = hopeless();
      if (reason !== undefined) throw new Error(reason, { cause: error });
      if (performance.now() - startedAt > limitMs) throw error;
    }
  }
}
