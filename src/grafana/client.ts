import { z } from 'zod';
import { BugflowError } from '../base/errors.js';
import type { HttpRequest, Outcome } from '../http/exchange.js';
import { createHttpClient } from '../http/http-client.js';
import type { Access } from '../http/http-target.js';
import type { Attempt, RetryOptions, RetryPolicy } from '../http/retry.js';
import type { GrafanaCredentials } from './credentials.js';
import { explainFailure, explainForeignAnswer, explainRefusal, isPermanent } from './explain-answer.js';

export interface GrafanaAnswer {
  readonly status: number;
  /** The parsed JSON. */
  readonly body: unknown;
  /** The purpose of the request. */
  readonly to: string;
}

export interface GrafanaRequest {
  readonly method: HttpRequest['method'];
  /** Relative to Grafana's address, beginning with a slash. */
  readonly path: string;
  readonly body?: unknown;
  /** Its purpose, for messages: `save the dashboard "Team wall"`. */
  readonly to: string;
  /** Error statuses that the caller handles; any other one is thrown as an error. */
  readonly expected?: readonly number[];
  /** Whether a repeated request would do something a second time, so that it must not be repeated. */
  readonly once?: boolean;
}

/** Grafana's HTTP API, with one user's rights. */
export interface GrafanaClient {
  /** Grafana's address, without a slash at the end. */
  readonly url: string;
  /**
   * Waits until Grafana answers, at most `waitMs`, and logs in. Resolves to its version, if Grafana tells it.
   * @throws BugflowError
   */
  contact(): Promise<string | undefined>;
  /** @throws BugflowError */
  ask(request: GrafanaRequest): Promise<GrafanaAnswer>;
  close(): Promise<void>;
}

export interface GrafanaClientOptions {
  /** Without a slash at the end. */
  readonly url: string;
  readonly credentials: GrafanaCredentials;
  /** Headers in addition, such as a gateway in front of Grafana wants. */
  readonly access?: Access | undefined;
  /** How long to wait for a Grafana that does not answer yet, in milliseconds; 0: not at all. */
  readonly waitMs: number;
  readonly print: (line: string) => void;
  readonly retry?: RetryPolicy;
}

/** For failures after Grafana has answered once: a restart, or a limit of requests. */
const RETRY: RetryPolicy = {
  firstMs: 500,
  longestMs: 5000,
  giveUpAfterMs: 90_000,
  requestTimeoutMs: 30_000,
};
/** Older versions cannot load the dashboards. */
const MIN_VERSION = 10;
/** Waits from this length on are reported. */
const LONG_WAIT_MS = 2000;

const health = z.looseObject({ database: z.string(), version: z.string().optional() });

export function createGrafanaClient(options: GrafanaClientOptions): GrafanaClient {
  const { url, credentials, access, waitMs, print, retry = RETRY } = options;

  const client = createHttpClient({ secrets: [...credentials.secrets, ...(access?.secrets ?? [])] });
  const { redact } = client;

  const evaluate = (
    { path, to, expected = [], once = false }: GrafanaRequest,
    outcome: Outcome,
  ): Attempt<GrafanaAnswer> => {
    if (outcome.kind === 'failure') {
      const mayBeDone = once && outcome.code !== 'ECONNREFUSED';
      if (isPermanent(outcome) || mayBeDone) throw explainFailure(url, outcome.reason, outcome.code);
      return { again: outcome.reason };
    }
    const { status, text, quote } = outcome;
    const isSuccess = status >= 200 && status < 300;
    if (status === 429 || status === 503 || (!once && (status === 502 || status === 504)))
      return { again: `${status} ${quote}`.trim() };
    // Secrets from the request, which an answer may quote, are removed.
    const json = parseJson(text, isSuccess ? undefined : redact);
    if (json === undefined || (status >= 300 && status < 400)) {
      const location = outcome.header('location');
      throw explainForeignAnswer({ url, path, status, text: redact(text), location });
    }
    if (isSuccess || expected.includes(status)) return { value: { status, body: json.value, to } };
    throw explainRefusal({ url, credentials, to, status, body: json.value });
  };
  const send = (
    request: GrafanaRequest,
    authorization: Readonly<Record<string, string>>,
    retryOptions: Partial<RetryOptions> = {},
  ): Promise<GrafanaAnswer> => {
    const { method, path, body } = request;
    return client.send(
      {
        method,
        url: url + path,
        headers: {
          accept: 'application/json',
          ...access?.headers,
          ...authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMs: retry.requestTimeoutMs,
      },
      (outcome) => evaluate(request, outcome),
      { policy: retry, onWait, giveUp: (reason) => explainFailure(url, reason, undefined), ...retryOptions },
    );
  };

  const onWait = (reason: string, ms: number): void => {
    if (ms >= LONG_WAIT_MS) print(`${url}: ${reason}; trying again in ${(ms / 1000).toFixed(1)} s`);
  };
  const ask = (request: GrafanaRequest): Promise<GrafanaAnswer> =>
    send(request, { authorization: credentials.authorization });

  return {
    url,
    async contact() {
      const request = { method: 'GET', path: '/api/health', to: 'say how it is', expected: [404] } as const;
      // Without credentials, so that a wrong address does not get them.
      const { status, body } = await send(
        request,
        {},
        {
          policy: { ...retry, giveUpAfterMs: waitMs },
          giveUp: (reason) => explainFailure(url, reason, undefined, waitMs === 0),
        },
      );
      const parsed = health.safeParse(body);
      if (!parsed.success) {
        const text = JSON.stringify(body);
        throw explainForeignAnswer({ url, path: request.path, status, text, location: undefined });
      }
      const { version } = parsed.data;
      if (version !== undefined && Number.parseInt(version, 10) < MIN_VERSION) {
        throw new BugflowError(
          'GRAFANA_ADDRESS',
          `${url} is Grafana ${version}; the dashboards need ${MIN_VERSION} or newer`,
        );
      }
      // With anonymous access, a wrong token counts as no login, and later requests would only seem forbidden.
      await ask({ method: 'GET', path: '/api/user', to: 'log in', expected: [403, 404] });
      return version;
    },
    ask,
    close: () => client.close(),
  };
}

/** The answer's body, checked against the schema. @throws BugflowError */
export function understand<T>(schema: z.ZodType<T>, { body, to }: GrafanaAnswer): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BugflowError(
    'GRAFANA_REFUSED',
    `Grafana's answer to "${to}" is not understood (${issue?.path.join('.')}: ${issue?.message}): is it a version between 10 and 13?`,
  );
}

function parseJson(
  text: string,
  redact: (text: string) => string = (unchanged) => unchanged,
): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text, (_key, part: unknown) =>
      typeof part === 'string' ? redact(part) : part,
    );
    return { value };
  } catch {
    return undefined;
  }
}
