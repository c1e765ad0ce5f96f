import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff } from '../base/backoff.js';

export interface RetryPolicy {
  readonly firstMs: number;
  readonly longestMs: number;
  /** No further attempt is made after so long without success. */
  readonly giveUpAfterMs: number;
  readonly requestTimeoutMs: number;
}

export type Attempt<T> =
  | { readonly value: T }
  /** Worth another attempt: `again` is the reason; `waitMs` is given where the other side said how long to wait. */
  | { readonly again: string; readonly waitMs?: number | undefined };

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly onWait?: (reason: string, waitMs: number) => void;
  /** Makes the final error from the reason of the last attempt. */
  readonly giveUp: (reason: string) => Error;
  /** Cancels the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** Tries until an attempt succeeds or throws, or the time is over. */
export async function withRetries<T>(
  attempt: () => Promise<Attempt<T>>,
  { policy, onWait, giveUp, signal }: RetryOptions,
): Promise<T> {
  const giveUpAt = performance.now() + policy.giveUpAfterMs;
  const backoff = createBackoff({ firstMs: policy.firstMs });
  for (let failures = 1; ; failures += 1) {
    const outcome = await attempt();
    if ('value' in outcome) return outcome.value;
    const waitMs = outcome.waitMs ?? backoff(failures, policy.longestMs);
    if (performance.now() + waitMs > giveUpAt) throw giveUp(lastReason(outcome));
    onWait?.(outcome.again, waitMs);
    await sleep(waitMs, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted());
  }
}

/**
 * The header's seconds, or its date, as a time to wait. Undefined where that is no time at all, as with a server whose clock
 * is behind: to ask at once, again and again, helps nobody.
 */
export function retryAfterMs(header: string | undefined, nowMs = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : dateOf(text) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

/** A date of HTTP begins with its weekday; JavaScript takes "-5" for one, too. */
function dateOf(text: string): number {
  return /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
}

/** Why no further attempt is made: it would have to wait for too long, or has waited for long enough. */
function lastReason({
  again,
  waitMs,
}: {
  readonly again: string;
  readonly waitMs?: number | undefined;
}): string {
  return waitMs === undefined ? again : `${again}; it asks to wait for ${Math.ceil(waitMs / 1000)} s`;
}
