import { BugflowError } from '../base/errors.js';
import { tryJson } from '../base/try-json.js';
import type { Answer, Outcome } from '../http/exchange.js';
import type { Redact } from '../http/redaction.js';
import { type Attempt, retryAfterMs } from '../http/retry.js';

/*
 * What Slack's answers mean. Errors: docs.slack.dev/reference/methods/chat.postMessage/ and
 * docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
 */

/** Of one request: it was taken, it certainly was not, or nobody knows. */
export type Fate =
  | { readonly kind: 'taken'; readonly answer: Answer }
  /** Worth another attempt. */
  | { readonly kind: 'later'; readonly reason: string; readonly waitMs: number | undefined }
  /** Another attempt would end the same way. `error` is Slack's word, like `not_in_channel`. */
  | { readonly kind: 'refused'; readonly error: string; readonly detail: string }
  | { readonly kind: 'unknown'; readonly reason: string };

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

/** @param speaks the API answers errors with status 200; a webhook, and the address of an upload, with a word as their text */
export function fateOf(outcome: Outcome, speaks: 'json' | 'text', redact: Redact): Fate {
  if (outcome.kind === 'failure') {
    const reason = redact(outcome.reason);
    return NOT_SENT.has(outcome.code)
      ? { kind: 'later', reason, waitMs: undefined }
      : { kind: 'unknown', reason };
  }
  const { status, text } = outcome;
  const quote = redact(outcome.quote);
  const error = status === 200 && speaks === 'text' ? undefined : errorOf(text);
  if (status === 429 || status >= 500 || (error !== undefined && PASSING.has(error)))
    return {
      kind: 'later',
      reason: `it answered ${status}: ${quote}`,
      waitMs: retryAfterMs(outcome.header('retry-after')),
    };
  // A page of a proxy, perhaps.
  if (status === 200 && speaks === 'json' && typeof tryJson(text) !== 'object')
    return { kind: 'unknown', reason: `it answered ${status}: ${quote}` };
  if (status === 200 && error === undefined) return { kind: 'taken', answer: outcome };
  return {
    kind: 'refused',
    error: error ?? text.trim(),
    detail: error === undefined ? `${status} ${quote}` : [error, ...messagesOf(text).map(redact)].join('; '),
  };
}

/** For {@link withRetries}, where what nobody knows is not to be repeated. @throws BugflowError */
export function attemptOf<T>(
  fate: Fate,
  what: string,
  advice: ReadonlyMap<string, string>,
  value: (answer: Answer) => T,
): Attempt<T> {
  if (fate.kind === 'taken') return { value: value(fate.answer) };
  if (fate.kind === 'later') return { again: fate.reason, waitMs: fate.waitMs };
  if (fate.kind === 'refused') throw refusal(fate, what, advice);
  throw new BugflowError(
    'SLACK_UNREACHABLE',
    `Slack may have taken the ${what} or not: ${fate.reason}; look into the channel`,
  );
}

/** The error for a fate of this kind. */
export function refusal(
  { error, detail }: Fate & { readonly kind: 'refused' },
  what: string,
  advice: ReadonlyMap<string, string>,
): BugflowError {
  const found = advice.get(error);
  return new BugflowError(
    'SLACK_REFUSED',
    `Slack refused the ${what}: ${detail}${found === undefined ? '' : ` – ${found}`}`,
  );
}

/** Why no further attempt is made. */
export const unreachable = (reason: string): BugflowError =>
  new BugflowError('SLACK_UNREACHABLE', `Slack cannot be reached: ${reason}`);

/** What is wrong with the channel, the token or the webhook. */
export const ADVICE: ReadonlyMap<string, string> = new Map(
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

function errorOf(text: string): string | undefined {
  const answer = tryJson(text);
  if (typeof answer !== 'object' || answer === null) return undefined;
  if ('ok' in answer && answer.ok === true) return undefined;
  return 'error' in answer && typeof answer.error === 'string' ? answer.error : 'no reason given';
}

/** Of each block what is wrong with it, for `invalid_blocks`. */
function messagesOf(text: string): string[] {
  const answer = tryJson(text);
  const said =
    typeof answer === 'object' && answer !== null && 'response_metadata' in answer
      ? answer.response_metadata
      : undefined;
  if (typeof said !== 'object' || said === null || !('messages' in said)) return [];
  const { messages } = said;
  if (!Array.isArray(messages)) return [];
  return messages.filter((each) => typeof each === 'string').slice(0, 3);
}
