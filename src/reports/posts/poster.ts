import { BugflowError, hasCode, messageOf } from '../../base/errors.js';
import type { PostTarget } from '../../config/report-posts-section.js';
import { revealSecret } from '../../config/secret.js';
import type { SlackMessage } from '../../slack/blocks.js';
import type { Posted, Slack, SlackTarget } from '../../slack/slack.js';
import type { SlackFile } from '../../slack/upload.js';
import type { Draw } from '../formats/draw.js';
import { reportUrl } from '../report-url.js';
import type { ReportRequest } from '../reports.js';
import type { ReportResult } from '../result.js';
import { makeFile, plannedFile } from './attachment.js';
import { isMet } from './condition.js';
import type { PostMemory, PostRecord } from './post-memory.js';
import type { ReportPost } from './report-post.js';
import { toFailureMessage, toSlackMessage } from './slack-message.js';

/** Makes reports and posts them. */
export interface Poster {
  /** What would be posted now; undefined: its condition is not met. @throws BugflowError */
  preview(post: ReportPost, atMs: number): Promise<Preview | undefined>;
  /** Posts what was due at this moment. Failures are logged, and told in the channel. */
  post(post: ReportPost, dueAtMs: number): Promise<void>;
  /** The last moment for which it was begun, whatever became of it; Unix milliseconds. */
  lastDueAtMs(post: ReportPost): number | undefined;
  /** For one that was never due: what was due before this moment is not caught up on. */
  beginAt(post: ReportPost, atMs: number): void;
}

export interface Preview {
  readonly message: SlackMessage;
  /** What would go into the message's thread; undefined: nothing. @throws BugflowError where it cannot be made */
  readonly file: (isPlain: boolean) => Promise<SlackFile | undefined>;
}

export interface PosterOptions {
  /** As of that moment. @throws BugflowError */
  readonly run: (request: ReportRequest, at: Date) => Promise<ReportResult>;
  readonly slack: Slack;
  readonly draw: Draw;
  readonly memory: PostMemory;
  /** The address of this service as browsers reach it, without a slash at the end; undefined: not known. */
  readonly serviceUrl: string | undefined;
  /** Aborted when the service ends: what Slack cannot have by then is made after the next start. */
  readonly signal?: AbortSignal;
  readonly log: { info(message: string): void; warn(message: string): void };
}

/** A report that fails every hour says so in the channel once a day. */
const TELL_FAILURE_EVERY_MS = 24 * 60 * 60_000;

export function createPoster(options: PosterOptions): Poster {
  const { run, slack, draw, memory, serviceUrl, signal, log } = options;
  let reading: Promise<unknown> = Promise.resolve();
  /** By the post's name: what was last wrong with its file, which need not be said each time. */
  const faults = new Map<string, string>();

  const preview = async (post: ReportPost, atMs: number): Promise<Preview | undefined> => {
    const { request, onlyWhen } = post;
    // Many posts are due at the same moment: one report after the other.
    const read = reading.then(() => run(request, new Date(atMs)));
    reading = read.catch(() => undefined);
    const result = await read;
    if (!isMet(onlyWhen, result)) return undefined;
    const { report, projects } = request;
    const found = toSlackMessage(
      result,
      serviceUrl === undefined ? undefined : reportUrl(serviceUrl, report, projects, result.period),
      serviceUrl,
    );
    return {
      message: found.message,
      file: async (isPlain) => {
        const planned = plannedFile(post, result, found, isPlain);
        return planned && makeFile(planned, draw, serviceUrl);
      },
    };
  };
  /** The message is there: whatever becomes of its file, it is not sent again. */
  const attach = async (
    { name }: ReportPost,
    target: SlackTarget,
    { isPlain, thread }: Posted,
    { file }: Preview,
  ): Promise<void> => {
    if (target.kind !== 'bot' || !thread) return;
    try {
      const made = await file(isPlain);
      if (!made) return;
      await slack.attach(target, thread, made);
      faults.delete(name);
      log.info(`report "${name}": ${made.name} is in its thread`);
    } catch (error) {
      if (signal?.aborted) throw error;
      const reason = messageOf(error);
      if (faults.get(name) !== reason) log.warn(`report "${name}" was posted without its file: ${reason}`);
      faults.set(name, reason);
    }
  };
  const tellFailure = async (post: ReportPost, reason: string, nowMs: number): Promise<void> => {
    const known = memory.get(post.name);
    if (nowMs - (known?.toldFailureAtMs ?? Number.NEGATIVE_INFINITY) < TELL_FAILURE_EVERY_MS) return;
    // Before it is sent: once too few is better than with every run.
    if (known) memory.put(post.name, { ...known, toldFailureAtMs: nowMs });
    await slack.post(await targetOf(post.target), toFailureMessage(post.report, reason));
  };

  return {
    preview,
    async post(post, dueAtMs) {
      const { name } = post;
      const before = memory.get(name);
      const remember = (state: PostRecord['state']): void =>
        memory.put(name, { ...memory.get(name), dueAtMs, state });
      try {
        const found = await preview(post, dueAtMs);
        if (!found) {
          remember('over');
          log.info(`report "${name}": nothing to tell`);
          return;
        }
        const target = await targetOf(post.target);
        const posted = await slack.post(target, found.message, {
          begun: () => remember('begun'),
          notTaken: () => (before ? memory.put(name, before) : memory.forget(name)),
        });
        remember('posted');
        const { refusal } = posted;
        log.info(
          `report "${name}" was posted${refusal === undefined ? '' : `, without charts and tables, which Slack refused: ${refusal}`}`,
        );
        await attach(post, target, posted, found);
        remember('over');
      } catch (error) {
        // What Slack cannot have is made after the next start.
        if (signal?.aborted) return;
        const reason = messageOf(error);
        log.warn(`report "${name}" was not posted: ${reason}`);
        remember('over');
        // Where Slack is not to be reached, or may have taken the report, nothing is to be told there.
        if (!hasCode(error, 'SLACK_UNREACHABLE'))
          await tellFailure(post, reason, Date.now()).catch((failure: unknown) =>
            log.warn(`report "${name}": ${messageOf(failure)}`),
          );
      }
    },
    lastDueAtMs(post) {
      const known = memory.get(post.name);
      if (known && known.state !== 'over') {
        memory.put(post.name, { ...known, state: 'over' });
        log.warn(
          known.state === 'begun'
            ? `report "${post.name}": the service ended while it was being posted; look into the channel, it is not sent again`
            : `report "${post.name}": the service ended before its file was in its thread; it is not sent again`,
        );
      }
      return known?.dueAtMs;
    },
    beginAt({ name }, atMs) {
      if (!memory.get(name)) memory.put(name, { dueAtMs: atMs, state: 'over' });
    },
  };
}

/** @throws BugflowError when a file with a secret cannot be read */
async function targetOf(target: PostTarget): Promise<SlackTarget> {
  if (target.kind === 'webhook') {
    const url = (await revealSecret(target.url)).trim();
    if (URL.canParse(url)) return { kind: 'webhook', url };
    const file = 'file' in target.url ? target.url.file : 'webhook_url';
    throw new BugflowError('CONFIG_INVALID', `${file} does not hold a web address; copy that of the webhook`);
  }
  const { apiUrl, channel } = target;
  return { kind: 'bot', apiUrl, channel, token: (await revealSecret(target.token)).trim() };
}
