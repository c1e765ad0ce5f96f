import { setTimeout as sleep } from 'node:timers/promises';
import { tryJson } from '../base/try-json.js';
import type { HttpRequest } from '../http/exchange.js';
import type { HttpClient } from '../http/http-client.js';
import { createRedaction, type Redact } from '../http/redaction.js';
import { type RetryPolicy, withRetries } from '../http/retry.js';
import { ADVICE, attemptOf, fateOf, unreachable } from './answers.js';
import type { Block, SlackMessage } from './blocks.js';
import { type SlackFile, upload } from './upload.js';

/** Where a message goes; its secrets are shown nowhere. */
export type SlackTarget = { readonly kind: 'webhook'; readonly url: string } | BotTarget;

export interface BotTarget {
  readonly kind: 'bot';
  readonly apiUrl: string;
  readonly token: string;
  readonly channel: string;
}

/** Writes into Slack: into each channel one message after the other, as fast as Slack allows. */
export interface Slack {
  /**
   * Resolves once Slack has taken the message. A request of which nobody knows whether Slack took it is not repeated: what
   * comes twice is worse than what comes once and is not known to have come. Where the workspace does not take charts and
   * tables, which it says by refusing the message, the message is sent without them. @throws BugflowError SLACK_UNREACHABLE,
   * SLACK_REFUSED
   */
  post(target: SlackTarget, message: SlackMessage, sending?: Sending): Promise<Posted>;
  /** Puts a file into the thread of a message. @throws BugflowError SLACK_UNREACHABLE, SLACK_REFUSED */
  attach(target: BotTarget, thread: Thread, file: SlackFile): Promise<void>;
}

export interface Posted {
  /** Whether it has no charts and tables, although it could have. */
  readonly isPlain: boolean;
  /** What Slack had against them, where it said so just now. */
  readonly refusal: string | undefined;
  /** Where answers and files go; a webhook does not say it. */
  readonly thread: Thread | undefined;
}

/** A message in a channel. */
export interface Thread {
  /** The channel's ID. */
  readonly channel: string;
  readonly ts: string;
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
  /** After so long, charts and tables are tried again where they were refused. */
  readonly plainForMs?: number;
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
const PLAIN_FOR_MS = 24 * 60 * 60_000;
/** What Slack says of blocks that it does not know, or does not take together. */
const BLOCKS_REFUSED: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_attachments',
  'only_one_table_allowed',
  'msg_blocks_too_long',
]);

export function createSlack(options: SlackOptions): Slack {
  const { http, policy = PATIENT, pauseMs = PAUSE_MS, plainForMs = PLAIN_FOR_MS, signal } = options;
  /** The last message to each target. */
  const last = new Map<string, Promise<unknown>>();
  /** Until when each target gets no charts and tables, by performance.now(). */
  const plainUntil = new Map<string, number>();

  const send = (
    target: SlackTarget,
    text: string,
    blocks: readonly Block[],
    mayBeRefused: boolean,
    sending: Sending | undefined,
  ): Promise<Sent> => {
    const request = requestFor(target, text, blocks, policy.requestTimeoutMs);
    return withRetries<Sent>(
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
        if (fate.kind === 'refused' && mayBeRefused && BLOCKS_REFUSED.has(fate.error))
          return { value: { refusal: fate.detail, isAboutAll: fate.error.startsWith('invalid_blocks') } };
        return attemptOf<Sent>(fate, 'message', ADVICE, (answer) => ({ thread: threadOf(answer.text) }));
      },
      { policy, signal, giveUp: unreachable },
    );
  };

  const sendBest = async (
    key: string,
    target: SlackTarget,
    { text, blocks, plain }: SlackMessage,
    sending: Sending | undefined,
  ): Promise<Posted> => {
    let refusal: string | undefined;
    if (plain === undefined || (plainUntil.get(key) ?? 0) <= performance.now()) {
      const sent = await send(target, text, blocks, plain !== undefined, sending);
      if ('thread' in sent) return { isPlain: false, refusal: undefined, thread: sent.thread };
      refusal = sent.refusal;
      if (sent.isAboutAll) plainUntil.set(key, performance.now() + plainForMs);
    }
    const sent = await send(target, text, plain ?? blocks, false, sending);
    return { isPlain: true, refusal, thread: 'thread' in sent ? sent.thread : undefined };
  };

  const inTurn = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const done = (last.get(key) ?? Promise.resolve()).then(work);
    last.set(
      key,
      done.catch(() => undefined).then(() => sleep(pauseMs, undefined, { ref: false })),
    );
    return done;
  };

  return {
    post(target, message, sending) {
      const key = keyOf(target);
      return inTurn(key, () => sendBest(key, target, message, sending));
    },
    attach: (target, thread, file) =>
      inTurn(keyOf(target), () => upload(target, thread, file, { http, policy, signal })),
  };
}

function keyOf(target: SlackTarget): string {
  return target.kind === 'webhook' ? target.url : `${target.apiUrl} ${target.channel}`;
}

type Sent =
  | { readonly thread: Thread | undefined }
  /** `isAboutAll`: other messages' charts and tables would be refused, too. */
  | { readonly refusal: string; readonly isAboutAll: boolean };

function requestFor(
  target: SlackTarget,
  text: string,
  blocks: readonly Block[],
  timeoutMs: number,
): HttpRequest {
  const contentType = { 'content-type': 'application/json; charset=utf-8' };
  if (target.kind === 'webhook')
    return {
      ...{ method: 'POST', url: target.url, headers: contentType, timeoutMs },
      body: JSON.stringify({ text, blocks }),
    };
  const { apiUrl, token, channel } = target;
  return {
    ...{ method: 'POST', url: `${apiUrl}/chat.postMessage`, timeoutMs },
    headers: { ...contentType, authorization: `Bearer ${token}` },
    body: JSON.stringify({ channel, text, blocks, unfurl_links: false, unfurl_media: false }),
  };
}

/** Undefined where the answer does not say it, as a webhook's does not. */
function threadOf(text: string): Thread | undefined {
  const answer = tryJson(text);
  if (typeof answer !== 'object' || answer === null) return undefined;
  if (!('channel' in answer) || !('ts' in answer)) return undefined;
  const { channel, ts } = answer;
  return typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : undefined;
}

/** The address of a webhook is a secret as a whole, and its path, too. */
function redactionFor(target: SlackTarget): Redact {
  return createRedaction(
    target.kind === 'webhook' ? [target.url, new URL(target.url).pathname] : [target.token],
  );
}
