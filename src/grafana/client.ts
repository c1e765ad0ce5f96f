import { z } from 'zod';
import { BugflowError } from '../base/errors.js';
import type { HttpRequest, Outcome } from '../http/exchange.js';
import { createHttpClient } from '../http/http-client.js';
import type { Attempt, RetryOptions, RetryPolicy } from '../http/retry.js';
import type { GrafanaCredentials } from './credentials.js';
import { explainFailure, explainNoGrafana, explainRefusal, isHopeless } from './explain-answer.js';

export interface GrafanaAnswer {
  readonly status: number;
  /** What the JSON says. */
  readonly body: unknown;
  /** What was asked for. */
  readonly to: string;
}

export interface GrafanaRequest {
  readonly method: HttpRequest['method'];
  /** Behind Grafana's own address, with the slash at its beginning. */
  readonly path: string;
  readonly body?: unknown;
  /** What it is for, in messages: `save the dashboard "Team wall"`. */
  readonly to: string;
  /** Statuses that the caller deals with; others but success are errors. */
  readonly expected?: readonly number[];
  /** Whether the same request a second time would do something a second time. */
  readonly once?: boolean;
}

/** Grafana's HTTP API with somebody's rights. */
export interface GrafanaClient {
  /** Grafana's address, without a slash at the end. */
  readonly url: string;
  /**
   * Waits until Grafana answers, for so long as was said, and logs in. Resolves to its version, if it tells.
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
  /** How long to wait for a Grafana that does not answer yet; 0: not at all. */
  readonly waitMs: number;
  readonly print: (line: string) => void;
  readonly retry?: RetryPolicy;
}

/** For what goes wrong once Grafana has answered: a restart, a limit of requests. */
const RETRY: RetryPolicy = {
  firstMs: 500,
  longestMs: 5000,
  giveUpAfterMs: 90_000,
  requestTimeoutMs: 30_000,
};
/** With older ones the dashboards do not load. */
const OLDEST_VERSION = 10;
/** Of a wait that a person would wonder about. */
const LONG_WAIT_MS = 2000;

const health = z.looseObject({ database: z.string(), version: z.string().optional() });

export function createGrafanaClient(options: GrafanaClientOptions): GrafanaClient {
  const { url, credentials, waitMs, print, retry = RETRY } = options;

  const client = createHttpClient({ secrets: credentials.secrets });
  const { redact } = client;

  const judge = (
    { path, to, expected = [], once = false }: GrafanaRequest,
    outcome: Outcome,
  ): Attempt<GrafanaAnswer> => {
    if (outcome.kind === 'failure') {
      const mayBeDone = once && outcome.code !== 'ECONNREFUSED';
      if (isHopeless(outcome) || mayBeDone) throw explainFailure(url, outcome.reason, outcome.code);
      return { again: outcome.reason };
    }
    const { status, text, quote } = outcome;
    const isSuccess = status >= 200 && status < 300;
    if (status === 429 || status === 503 || (!once && (status === 502 || status === 504)))
      return { again: `${status} ${quote}`.trim() };
    // What an answer quotes of the request is not to be shown.
    const json = parseJson(text, isSuccess ? undefined : redact);
    if (json === undefined || (status >= 300 && status < 400)) {
      const location = outcome.header('location');
      throw explainNoGrafana({ url, path, status, text: redact(text), location });
    }
    if (isSuccess || expected.includes(status)) return { value: { status, body: json.value, to } };
    throw explainRefusal({ url, credentials, to, status, body: json.value });
  };
  const send = (
    request: GrafanaRequest,
    authorization: Readonly<Record<string, string>>,
    patience: Partial<RetryOptions> = {},
  ): Promise<GrafanaAnswer> => {
    const { method, path, body } = request;
    return client.send(
      {
        method,
        url: url + path,
        headers: {
          accept: 'application/json',
          ...authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMs: retry.requestTimeoutMs,
      },
      (outcome) => judge(request, outcome),
      { policy: retry, onWait, giveUp: (reason) => explainFailure(url, reason, undefined), ...patience },
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
      // Without credentials: an address that is wrong shall not learn them.
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
        throw explainNoGrafana({ url, path: request.path, status, text, location: undefined });
      }
      const { version } = parsed.data;
      if (version !== undefined && Number.parseInt(version, 10) < OLDEST_VERSION) {
        throw new BugflowError(
          'GRAFANA_ADDRESS',
          `${url} is Grafana ${version}; the dashboards need ${OLDEST_VERSION} or newer`,
        );
      }
      // Where everybody may look, a wrong token is let in as nobody, and everything else would only seem forbidden.
      await ask({ method: 'GET', path: '/api/user', to: 'log in', expected: [403, 404] });
      return version;
    },
    ask,
    close: () => client.close(),
  };
}

/** What an answer says, if it has the shape that was looked for. @throws BugflowError */
export function understand<T>(schema: z.ZodType<T>, { body, to }: GrafanaAnswer): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BugflowError(
    'GRAFANA_REFUSED',
    `asked to ${to}, Grafana answers what is not understood (${issue?.path.join('.')}: ${issue?.message}): is it a version between 10 and 13?`,
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
