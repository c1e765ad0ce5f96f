import { setTimeout as sleep } from 'node:timers/promises';
import { BugflowError, messageOf } from '../errors.js';
import type { HttpTarget } from './http-target.js';
import type { WriteRequest } from './remote-write-request.js';

export interface RetryPolicy {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Without an accepted request for so long, the backfill ends. */
  readonly giveUpAfterMs: number;
  readonly requestTimeoutMs: number;
}

export const RETRY: RetryPolicy = {
  firstMs: 500,
  longestMs: 30_000,
  giveUpAfterMs: 600_000,
  requestTimeoutMs: 60_000,
};

export interface ClientOptions {
  readonly target: HttpTarget;
  readonly retry: RetryPolicy;
  /** The receiver has taken something of an earlier run. */
  readonly resumed: boolean;
  /** It may have taken the first request too. */
  readonly uncertain: boolean;
  /** How far back the samples go, for hints. */
  readonly reachesBackMs: number;
  readonly print: (line: string) => void;
  /** Ends at once. */
  readonly signal?: AbortSignal | undefined;
  /** Ends when the request under way is answered: no further attempts. */
  readonly lastAttempt: AbortSignal;
}

export interface RemoteWriteClient {
  /** Resolves when the receiver has it. One at a time. */
  send(request: WriteRequest): Promise<void>;
  /** Whether the receiver may have taken the last request without our knowing. */
  isUncertain(): boolean;
}

type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'later'; readonly reason: string; readonly waitMs: number | undefined }
  | { readonly kind: 'refused'; readonly status: number; readonly text: string };

const MOST_CHARACTERS_QUOTED = 300;
const OUT_OF_ORDER = /out.of.order|out.of.bounds|too.old|too far in the past|duplicate sample/i;

export function createRemoteWriteClient(options: ClientOptions): RemoteWriteClient {
  const { target, retry, reachesBackMs, print, signal, lastAttempt } = options;
  const wake = signal ? AbortSignal.any([signal, lastAttempt]) : lastAttempt;
  /** Whether the receiver has taken anything of this backfill. */
  let accepted = options.resumed;
  /** Whether it may have this request without our knowing. */
  let uncertain = options.uncertain;

  const attempt = async ({ body }: WriteRequest): Promise<Answer> => {
    const timeout = AbortSignal.timeout(retry.requestTimeoutMs);
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          ...target.headers,
          'content-type': 'application/x-protobuf',
          'content-encoding': 'snappy',
          'x-prometheus-remote-write-version': '0.1.0',
          'user-agent': 'taiga-bugflow',
        },
        body,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const text = await response.text();
      if (response.ok) return { kind: 'accepted' };
      if (response.status === 429 || response.status >= 500) {
        const reason = `${response.status} ${quote(text)}`.trim();
        return { kind: 'later', reason, waitMs: retryAfterMs(response.headers.get('retry-after')) };
      }
      return { kind: 'refused', status: response.status, text: quote(text) };
    } catch (error) {
      signal?.throwIfAborted();
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      return { kind: 'later', reason: messageOf(cause), waitMs: undefined };
    }
  };

  return {
    async send(request) {
      const giveUpAt = performance.now() + retry.giveUpAfterMs;
      for (let failures = 0; ; failures += 1) {
        const answer = await attempt(request);
        // A request whose answer got lost is refused when it comes again: the receiver has those samples.
        const known = answer.kind === 'refused' && accepted && uncertain && OUT_OF_ORDER.test(answer.text);
        if (answer.kind === 'accepted' || known) {
          accepted = true;
          uncertain = false;
          return;
        }
        if (answer.kind === 'refused') {
          uncertain = false;
          throw refusal(target.url, answer.status, answer.text, reachesBackMs);
        }
        uncertain = true;
        const waitMs = answer.waitMs ?? backoffMs(failures, retry);
        if (performance.now() + waitMs > giveUpAt) {
          throw new BugflowError(
            'BACKFILL_RECEIVER',
            `${target.url} does not take samples (${answer.reason}), and did not for ${Math.round(retry.giveUpAfterMs / 60_000)} minutes: run the same command again when it does`,
          );
        }
        print(`${target.url}: ${answer.reason}; trying again in ${(waitMs / 1000).toFixed(1)} s`);
        await sleep(waitMs, undefined, { signal: wake }).catch(() => wake.throwIfAborted());
      }
    },
    isUncertain: () => uncertain,
  };
}

/** Doubles up to the cap; half of it is chance, so that many clients do not come back at one moment. */
export function backoffMs(failures: number, { firstMs, longestMs }: RetryPolicy): number {
  const most = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30));
  return most / 2 + (most / 2) * Math.random();
}

/** Seconds, or a date. */
export function retryAfterMs(header: string | null, nowMs = Date.now()): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function refusal(url: string, status: number, text: string, reachesBackMs: number): BugflowError {
  const hint = hintFor(status, text, reachesBackMs);
  return new BugflowError(
    'BACKFILL_RECEIVER',
    `${url} answers ${status}: ${text || '(nothing more)'}${hint}`,
  );
}

function hintFor(status: number, text: string, reachesBackMs: number): string {
  const days = Math.ceil(reachesBackMs / 86_400_000) + 1;
  if (OUT_OF_ORDER.test(text)) {
    return `; the receiver has newer samples and takes none so old: in prometheus.yml set storage.tsdb.out_of_order_time_window: ${days}d (Mimir: out_of_order_time_window), or write blocks with --prometheus-data`;
  }
  if (text.includes('remote write receiver'))
    return '; start Prometheus with --web.enable-remote-write-receiver';
  if (status === 404)
    return '; is it a remote-write address? Prometheus has it at /api/v1/write, after --web.enable-remote-write-receiver';
  if (status === 401 || status === 403)
    return '; give credentials in the address: https://user:password@… or https://bearer:TOKEN@…';
  if (status >= 300 && status < 400) return '; it sends elsewhere: give the address it leads to';
  if (status === 413)
    return '; raise the limit of the receiver, or of a proxy before it, for the size of requests';
  return '';
}

function quote(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > MOST_CHARACTERS_QUOTED ? `${line.slice(0, MOST_CHARACTERS_QUOTED)}…` : line;
}
