import { messageOf } from '../base/errors.js';
import { exchange, type HttpRequest, type Outcome } from './exchange.js';
import { httpTarget } from './http-target.js';
import { createWays, type ProxyFor, proxyFromEnvironment, type Way } from './proxies.js';
import { createRedaction, type Redact, secretsIn } from './redaction.js';
import { type Attempt, type RetryOptions, retryAfterMs, withRetries } from './retry.js';

/** Sends requests with limits and through the environment's proxies, follows no redirects, and never shows secrets. */
export interface HttpClient {
  /** One attempt. Rejects only when the client's signal ends it. */
  attempt(request: HttpRequest): Promise<Outcome>;
  /**
   * Tries until `evaluate` returns a value or throws, or the time in `retry` is over. Between attempts it waits for
   * the answer's `Retry-After`, else by the backoff.
   */
  send<T>(request: HttpRequest, evaluate: (outcome: Outcome) => Attempt<T>, retry: RetryOptions): Promise<T>;
  /** Removes the client's secrets from a text. */
  readonly redact: Redact;
  /** Closes its connections. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** Never to be shown, in addition to the credentials in the requests' own headers. */
  readonly secrets?: readonly string[];
  /** Cancels requests and waiting. */
  readonly signal?: AbortSignal | undefined;
  readonly connectTimeoutMs?: number;
  /** The largest answer that is read, in bytes. */
  readonly maxBytes?: number;
  /** By default the proxies in the environment. */
  readonly proxyFor?: ProxyFor;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Far more than any answer that is expected here. */
const MAX_BYTES = 32 * 2 ** 20;

export function createHttpClient({
  secrets = [],
  signal,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
  maxBytes = MAX_BYTES,
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
      { dispatcher, connectTimeoutMs, maxBytes, redact, signal },
    );
    if (outcome.kind === 'answer' || proxy === undefined) return outcome;
    return { ...outcome, reason: `${outcome.reason}, through the proxy ${proxy}` };
  };

  return {
    attempt,
    send: (request, evaluate, retry) =>
      withRetries(
        async () => {
          const outcome = await attempt(request);
          const evaluated = evaluate(outcome);
          if ('value' in evaluated || evaluated.waitMs !== undefined || outcome.kind === 'failure')
            return evaluated;
          return { ...evaluated, waitMs: retryAfterMs(outcome.header('retry-after')) };
        },
        { signal, ...retry },
      ),
    redact: createRedaction(secrets),
    close: () => ways.close(),
  };
}
