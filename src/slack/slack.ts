import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '../http/http-client.js';
import { createRedaction, type Redact } from '../http/redaction.js';
import { type RetryPolicy, withRetries } from '../http/retry.js';
import { ADVICE, attemptOf, fateOf, unreachable } from './answers.js';
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
  post(target: SlackTarget, message: SlackMessage, sending?: Sending): Promise<void>;
}

/** Told while a message is sent, so that one that was cut off is sent again only where Slack cannot have it. */
export interface Sending {
  /** Right before each request: from now on Slack may have the message. */
  begun(): void;
  /** As soon as it is known that Slack did not take it. */
  notTaken(): void;
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
export function createSlack({ http, policy = PATIENT, pauseMs = PAUSE_MS, signal }: SlackOptions): Slack {
  /** The last message to each target. */
  const last = new Map<string, Promise<unknown>>();

  const send = async (
    target: SlackTarget,
    { text, blocks }: SlackMessage,
    sending: Sending | undefined,
  ): Promise<void> => {
    const { url, headers, body } =
      target.kind === 'webhook'
        ? { url: target.url, headers: {}, body: { text, blocks } }
        : {
            url: `${target.apiUrl}/chat.postMessage`,
            headers: { authorization: `Bearer ${target.token}` },
            body: { channel: target.channel, text, blocks, unfurl_links: false, unfurl_media: false },
          };
    const request = {
      method: 'POST' as const,
      url,
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: JSON.stringify(body),
      timeoutMs: policy.requestTimeoutMs,
    };
    await withRetries(
      async () => {
        // What waited for its turn may come to it when the service ends.
        signal?.throwIfAborted();
        sending?.begun();
        const fate = fateOf(
          await http.attempt(request),
          target.kind === 'bot' ? 'json' : 'text',
          redactionFor(target),
        );
        if (fate.kind === 'later' || fate.kind === 'refused') sending?.notTaken();
        return attemptOf(fate, 'message', ADVICE, () => undefined);
      },
      { policy, signal, giveUp: unreachable },
    );
  };

  return {
    post(target, message, sending) {
      const key = target.kind === 'webhook' ? target.url : target.channel;
      const posted = (last.get(key) ?? Promise.resolve()).then(() => send(target, message, sending));
      last.set(
        key,
        posted.catch(() => undefined).then(() => sleep(pauseMs, undefined, { ref: false })),
      );
      return posted;
    },
  };
}

/** The address of a webhook is a secret as a whole, and its path, too. */
function redactionFor(target: SlackTarget): Redact {
  return createRedaction(
    target.kind === 'webhook' ? [target.url, new URL(target.url).pathname] : [target.token],
  );
}
