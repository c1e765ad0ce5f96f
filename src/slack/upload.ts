import { BugflowError } from '../base/errors.js';
import { tryJson } from '../base/try-json.js';
import type { HttpRequest } from '../http/exchange.js';
import type { HttpClient } from '../http/http-client.js';
import { createRedaction } from '../http/redaction.js';
import { type Attempt, type RetryPolicy, withRetries } from '../http/retry.js';
import { ADVICE, attemptOf, fateOf, unreachable } from './answers.js';
import type { BotTarget, Thread } from './slack.js';

/*
 * A file in three steps: docs.slack.dev/reference/methods/files.getUploadURLExternal/, a POST of its bytes to the address
 * that it answers, and docs.slack.dev/reference/methods/files.completeUploadExternal/
 */

export interface SlackFile {
  /** With its ending. */
  readonly name: string;
  readonly title: string;
  /** For people who do not see it. */
  readonly altText: string;
  readonly bytes: Uint8Array;
}

export interface UploadOptions {
  readonly http: HttpClient;
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal | undefined;
}

const MAX_ALT_TEXT = 1000;
/** The message is there already: a file is not worth an hour. */
const GIVE_UP_AFTER_MS = 10 * 60_000;
const FILE_ADVICE: ReadonlyMap<string, string> = new Map([
  ...ADVICE,
  ['missing_scope', 'give the app the scope files:write, and install it again; or write attach: none'],
  ['file_uploads_disabled', 'the workspace takes no files; write attach: none'],
  ['file_uploads_except_images_disabled', 'the workspace takes only pictures; write attach: png'],
]);

/**
 * Puts a file into the thread of a message. Until the last step nothing can be seen, so the steps before it may be made
 * again, from the first one; the last one only where Slack certainly did not take it. @throws BugflowError SLACK_REFUSED,
 * SLACK_UNREACHABLE
 */
export async function upload(
  target: BotTarget,
  thread: Thread,
  file: SlackFile,
  options: UploadOptions,
): Promise<void> {
  const { http, signal } = options;
  const policy = {
    ...options.policy,
    giveUpAfterMs: Math.min(options.policy.giveUpAfterMs, GIVE_UP_AFTER_MS),
  };
  const redact = createRedaction([target.token]);
  const timeoutMs = policy.requestTimeoutMs;
  const call = async <T>(
    method: string,
    parameters: Readonly<Record<string, string>>,
    value: (text: string) => T,
    isVisible: boolean,
  ): Promise<Attempt<T>> => {
    const request: HttpRequest = {
      ...{ method: 'POST', url: `${target.apiUrl}/${method}`, timeoutMs },
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Bearer ${target.token}`,
      },
      body: new URLSearchParams(parameters).toString(),
    };
    const fate = fateOf(await http.attempt(request), 'json', redact);
    if (fate.kind === 'unknown' && !isVisible) return { again: fate.reason };
    return attemptOf(fate, 'file', FILE_ADVICE, ({ text }) => value(text));
  };
  const send = async ({ url }: Place): Promise<Attempt<undefined>> => {
    const { pathname, search } = new URL(url);
    // Who knows the address can send a file.
    const hidden = createRedaction([target.token, url, `${pathname}${search}`, pathname]);
    const request: HttpRequest = {
      ...{ method: 'POST', url, timeoutMs, body: file.bytes },
      headers: { 'content-type': 'application/octet-stream' },
    };
    const fate = fateOf(await http.attempt(request), 'text', hidden);
    if (fate.kind === 'unknown') return { again: fate.reason };
    return attemptOf(fate, 'file', FILE_ADVICE, () => undefined);
  };

  const id = await withRetries<string>(
    async () => {
      const asked = await call(
        'files.getUploadURLExternal',
        {
          filename: file.name,
          length: String(file.bytes.length),
          alt_txt: file.altText.slice(0, MAX_ALT_TEXT),
        },
        placeOf,
        false,
      );
      if (!('value' in asked)) return asked;
      const sent = await send(asked.value);
      return 'value' in sent ? { value: asked.value.id } : sent;
    },
    { policy, signal, giveUp: unreachable },
  );
  await withRetries(
    () =>
      call(
        'files.completeUploadExternal',
        {
          files: JSON.stringify([{ id, title: file.title }]),
          channel_id: thread.channel,
          thread_ts: thread.ts,
        },
        () => undefined,
        true,
      ),
    { policy, signal, giveUp: unreachable },
  );
}

interface Place {
  readonly id: string;
  readonly url: string;
}

function placeOf(text: string): Place {
  const answer = tryJson(text);
  if (typeof answer === 'object' && answer !== null && 'file_id' in answer && 'upload_url' in answer) {
    const { file_id: id, upload_url: url } = answer;
    if (typeof id === 'string' && typeof url === 'string' && /^https?:/.test(url) && URL.canParse(url))
      return { id, url };
  }
  throw new BugflowError('SLACK_REFUSED', 'Slack refused the file: it did not say where to send it');
}
