import { messageOf } from '../base/errors.js';
import { exchange, type HttpRequest, type Outcome } from './exchange.js';
import { httpTarget } from './http-target.js';
import { createWays, type ProxyFor, proxyFromEnvironment, type Way } from './proxies.js';
import { createRedaction, type Redact, secretsIn } from './redaction.js';
import { type Attempt, type RetryOptions, retryAfterMs, withRetries } from './retry.js';

/** Sends requests: with limits, through the environment's proxies, following no redirect, and showing no secret. */
export interface HttpClient {
  /** One attempt. Rejects only when the client's signal ends it. */
  attempt(request: HttpRequest): Promise<Outcome>;
  /**
   * Attempts until `judge` is content with the outcome, or throws, or patience ends. Between attempts it waits as long as
   * the answer's `Retry-After` says, else by the backoff.
   */
  send<T>(request: HttpRequest, judge: (outcome: Outcome) => Attempt<T>, patience: RetryOptions): Promise<T>;
  /** A text without the client's secrets. */
  readonly redact: Redact;
  /** Ends its connections. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** Not to be shown, beside what the requests' own headers let somebody in with. */
  readonly secrets?: readonly string[];
  /** Ends requests and waiting. */
  readonly signal?: AbortSignal | undefined;
  readonly connectTimeoutMs?: number;
  /** Of an answer. */
  readonly mostBytes?: number;
  /** By the environment when absent. */
  readonly proxyFor?: ProxyFor;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** No answer that is waited for here is nearly as large. */
const MOST_BYTES = 32 * 2 ** 20;

export function createHttpClient({
  secrets = [],
  signal,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
  mostBytes = MOST_BYTES,
  proxyFor = proxyFromEnvironment,
}: HttpClientOptions = {}): HttpClient {
  const ways = createWays(proxyFor, connectTimeoutMs);

  const attempt = async (request: HttpRequest): Promise<Outcome> => {
    const { url, headers: credentials = {} } = httpTarget(request.url) ?? { url: request.url };
    const headers = { ...credentials, ...request.headers };
    const redact = createRedaction([...secrets, ...secretsIn(headers)]);
    let way: Way;
    try {
      way = ways.to(new URL(url));
    } catch (error) {
      return { kind: 'failure', reason: redact(messageOf(error)), code: undefined };
    }
    const { dispatcher, proxy } = way;
    const outcome = await exchange(
      { ...request, url, headers },
      { dispatcher, connectTimeoutMs, mostBytes, redact, signal },
    );
    if (outcome.kind === 'answer' || proxy === undefined) return outcome;
    return { ...outcome, reason: `${outcome.reason}, through the proxy ${proxy}` };
  };

  return {
    attempt,
    send: (request, judge, patience) =>
      withRetries(
        async () => {
          const outcome = await attempt(request);
          const verdict = judge(outcome);
          if ('value' in verdict || verdict.waitMs !== undefined || outcome.kind === 'failure')
            return verdict;
          return { ...verdict, waitMs: retryAfterMs(outcome.header('retry-after')) };
        },
        { signal, ...patience },
      ),
    redact: createRedaction(secrets),
    close: () => ways.close(),
  };
}
