import { setTimeout as sleep } from 'node:timers/promises';
import { HANG_MS } from './hang.js';

/**
 * Retries until the check holds, and returns its result. All assertions about one moment belong into one check: the next
 * scrape may differ, and of two numbers that change one after the other only one may have changed.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  /** Tells why the check can never hold any more, if so. */
  hopeless: () => string | undefined = () => undefined,
  /** For checks that take longer than anything else here. */
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
