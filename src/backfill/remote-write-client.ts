import { BugflowError } from '../base/errors.js';
import type { Outcome } from '../http/exchange.js';
import { createHttpClient } from '../http/http-client.js';
import type { HttpTarget } from '../http/http-target.js';
import type { Attempt, RetryPolicy } from '../http/retry.js';
import type { WriteRequest } from './remote-write-request.js';

export const RETRY: RetryPolicy = {
  firstMs: 500,
  longestMs: 30_000,
  giveUpAfterMs: 600_000,
  requestTimeoutMs: 60_000,
};

export interface ClientOptions {
  readonly target: HttpTarget;
  readonly retry: RetryPolicy;
  /** Whether the receiver has accepted requests of an earlier run. */
  readonly resumed: boolean;
  /** Whether the earlier run does not know if its last request was accepted, which is then sent again. */
  readonly uncertain: boolean;
  /** The age of the oldest samples, for hints in errors. */
  readonly reachesBackMs: number;
  readonly print: (line: string) => void;
  /** Stops at once. */
  readonly signal?: AbortSignal | undefined;
  /** Stops after the current attempt: no retries. */
  readonly lastAttempt: AbortSignal;
}

export interface RemoteWriteClient {
  /** Resolves when the receiver has accepted the request. One request at a time. */
  send(request: WriteRequest): Promise<void>;
  /** Whether the receiver may have accepted the last request although its answer was lost. */
  isUncertain(): boolean;
  close(): Promise<void>;
}

const OUT_OF_ORDER = /out.of.order|out.of.bounds|too.old|too far in the past|duplicate sample/i;

export function createRemoteWriteClient(options: ClientOptions): RemoteWriteClient {
  const { target, retry, reachesBackMs, print, signal, lastAttempt } = options;
  const client = createHttpClient({ signal, secrets: target.secrets });
  const request = {
    method: 'POST',
    url: target.url,
    headers: {
      ...target.headers,
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    timeoutMs: retry.requestTimeoutMs,
  } as const;
  const wake = signal ? AbortSignal.any([signal, lastAttempt]) : lastAttempt;
  /** Whether the receiver has accepted anything of this backfill. */
  let accepted = options.resumed;
  /** Whether it may have accepted this request although its answer was lost. */
  let uncertain = options.uncertain;

  const evaluate = (outcome: Outcome): Attempt<void> => {
    if (outcome.kind === 'failure') {
      uncertain = true;
      return { again: outcome.reason };
    }
    const { status, text, quote } = outcome;
    if (status === 429 || status >= 500) {
      uncertain = true;
      return { again: `${status} ${quote}`.trim() };
    }
    // When the answer was lost, the repeated request is refused as out of order: the receiver has those samples already.
    const isKnown = accepted && uncertain && OUT_OF_ORDER.test(text);
    uncertain = false;
    if ((status < 200 || status >= 300) && !isKnown)
      throw refusal(target.shown, status, quote, reachesBackMs);
    accepted = true;
    return { value: undefined };
  };

  return {
    send: ({ body }) =>
      client.send({ ...request, body }, evaluate, {
        policy: retry,
        signal: wake,
        onWait: (reason, waitMs) =>
          print(`${target.shown}: ${reason}; trying again in ${(waitMs / 1000).toFixed(1)} s`),
        giveUp: (reason) =>
          new BugflowError(
            'BACKFILL_RECEIVER',
            `${target.shown} does not take samples (${reason}): given up after at most ${Math.round(retry.giveUpAfterMs / 60_000)} minutes; run the same command again when it does`,
          ),
      }),
    isUncertain: () => uncertain,
    close: () => client.close(),
  };
}

function refusal(url: string, status: number, text: string, reachesBackMs: number): BugflowError {
  const hint = hintFor(status, text, reachesBackMs);
  return new BugflowError('BACKFILL_RECEIVER', `${url} answers ${status}: ${text || '(no text)'}${hint}`);
}

function hintFor(status: number, text: string, reachesBackMs: number): string {
  const days = Math.ceil(reachesBackMs / 86_400_000) + 1;
  if (OUT_OF_ORDER.test(text)) {
    return `; the receiver has newer samples and accepts none so old: in prometheus.yml set storage.tsdb.out_of_order_time_window: ${days}d (Mimir: out_of_order_time_window), or write blocks with --prometheus-data`;
  }
  if (text.includes('remote write receiver'))
    return '; start Prometheus with --web.enable-remote-write-receiver';
  if (status === 404)
    return '; is this a remote-write address? Prometheus has it at /api/v1/write, with --web.enable-remote-write-receiver';
  if (/org.?id|tenant/i.test(text)) return `; give the tenant: --header 'X-Scope-OrgID: NAME'`;
  if (status === 401 || status === 403)
    return '; give credentials: --token-file, or --user and --password-file (or --header and --headers-file for others)';
  if (status >= 300 && status < 400) return '; it redirects: give the address to which it leads';
  if (status === 413)
    return '; raise the limit for the size of requests, of the receiver or of a proxy in front of it';
  return '';
}
