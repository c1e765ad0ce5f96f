import { setTimeout as sleep } from 'node:timers/promises';
import { BugflowError } from '../base/errors.js';
import { tryJson } from '../base/try-json.js';
import type { Outcome } from '../http/exchange.js';
import type { HttpClient } from '../http/http-client.js';
import { createRedaction, type Redact } from '../http/redaction.js';
import type { Attempt, RetryPolicy } from '../http/retry.js';
import type { SlackMessage } from './blocks.js';

/** Where a message goes; its secrets are shown nowhere. */
export type SlackTarget =
  | { readonly kind: 'webhook'; readonly url: string }
  | { readonly kind: 'bot'; readonly apiUrl: string; readonly token: string; readonly channel: string };

/** Writes into Slack: into each channel one message after the other, as fast as Slack allows. */
export interface Slack {
  /**
   * Resolves once Slack has taken the message. A request of which nobody knows whether Slack took it is not repeated: what
   * comes twice is worse than what comes once and is not known to have come. @throws BugflowError SLACK_UNREACHABLE,
   * SLACK_REFUSED
   */
  post(target: SlackTarget, message: SlackMessage): Promise<void>;
}

export interface SlackOptions {
  readonly http: HttpClient;
  readonly policy?: RetryPolicy;
  /** Slack takes one message a second into a channel. */
  readonly pauseMs?: number;
  /** Cancels waiting. */
  readonly signal?: AbortSignal | undefined;
}

const PATIENT: RetryPolicy = {
  firstMs: 2000,
  longestMs: 5 * 60_000,
  giveUpAfterMs: 60 * 60_000,
  requestTimeoutMs: 30_000,
};
const PAUSE_MS = 1100;
/** With these nothing was sent. */
const NOT_SENT: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** What Slack's API says of itself; anything else is wrong with the message or the app. */
const PASSING: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

export function createSlack({ http, policy = PATIENT, pauseMs = PAUSE_MS, signal }: SlackOptions): Slack {
  /** The last message to each target. */
  const sending = new Map<string, Promise<unknown>>();

  const send = async (target: SlackTarget, { text, blocks }: SlackMessage): Promise<void> => {
    const { url, headers, body } =
      target.kind === 'webhook'
        ? { url: target.url, headers: {}, body: { text, blocks } }
        : {
            url: `${target.apiUrl}/chat.postMessage`,
            headers: { authorization: `Bearer ${target.token}` },
            body: { channel: target.channel, text, blocks, unfurl_links: false, unfurl_media: false },
          };
    await http.send(
      {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
        body: JSON.stringify(body),
        timeoutMs: policy.requestTimeoutMs,
      },
      (outcome) => evaluate(outcome, target),
      {
        policy,
        signal,
        giveUp: (reason) => new BugflowError('SLACK_UNREACHABLE', `Slack cannot be reached: ${reason}`),
      },
    );
  };

  return {
    post(target, message) {
      const key = target.kind === 'webhook' ? target.url : target.channel;
      const posted = (sending.get(key) ?? Promise.resolve()).then(() => send(target, message));
      sending.set(
        key,
        posted.catch(() => undefined).then(() => sleep(pauseMs, undefined, { ref: false })),
      );
      return posted;
    },
  };
}

function evaluate(outcome: Outcome, target: SlackTarget): Attempt<undefined> {
  const redact = redactionFor(target);
  if (outcome.kind === 'failure') {
    if (NOT_SENT.has(outcome.code)) return { again: redact(outcome.reason) };
    throw new BugflowError(
      'SLACK_UNREACHABLE',
      `Slack may have taken the message or not: ${redact(outcome.reason)}; look into the channel`,
    );
  }
  const { status, text } = outcome;
  const quote = redact(outcome.quote);
  const error = status === 200 && target.kind === 'webhook' ? undefined : errorOf(text);
  if (status === 429 || status >= 500 || (error !== undefined && PASSING.has(error)))
    return { again: `it answered ${status}: ${quote}` };
  if (status === 200 && error === undefined) return { value: undefined };
  throw new BugflowError(
    'SLACK_REFUSED',
    `Slack refused the message: ${error ?? `${status} ${quote}`}${adviceOn(error ?? text)}`,
  );
}

/** The API answers errors with status 200, webhooks with a word as their text. */
function errorOf(text: string): string | undefined {
  const answer = tryJson(text);
  if (typeof answer !== 'object' || answer === null) return undefined;
  if ('ok' in answer && answer.ok === true) return undefined;
  return 'error' in answer && typeof answer.error === 'string' ? answer.error : 'no reason given';
}

const ADVICE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    not_in_channel: 'invite the app into the channel, or give it chat:write.public',
    channel_not_found: 'check the name of the channel; a private one must have the app as a member',
    invalid_auth: 'the token is not valid (any more); make a new one',
    token_revoked: 'the token is not valid any more; make a new one',
    missing_scope: 'give the app the scope chat:write, and install it again',
    is_archived: 'the channel is archived; choose another one',
    channel_is_archived: 'the channel is archived; choose another one',
    no_service: 'the webhook was removed; make a new one',
    invalid_token: 'the webhook was removed; make a new one',
  }),
);

function adviceOn(error: string): string {
  const advice = ADVICE.get(error.trim());
  return advice === undefined ? '' : ` – ${advice}`;
}

/** The address of a webhook is a secret as a whole, and its path, too. */
function redactionFor(target: SlackTarget): Redact {
  return createRedaction(
    target.kind === 'webhook' ? [target.url, new URL(target.url).pathname] : [target.token],
  );
}
