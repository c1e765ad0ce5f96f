import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../src/http/http-client.js';
import { section } from '../../src/slack/blocks.js';
import { type BotTarget, createSlack, type Slack, type Thread } from '../../src/slack/slack.js';
import type { SlackFile } from '../../src/slack/upload.js';
import { type SlackServer, startSlackFor, type UploadStep } from '../alerting/slack-server.js';
import { type BlockMessage, readBlocks } from '../reports/slack-blocks.js';
import { errorOf } from '../unit/helpers.js';

const policy = { firstMs: 1, longestMs: 5, giveUpAfterMs: 60_000, requestTimeoutMs: 60_000 };
const FILE: SlackFile = {
  name: 'week-2026-03-02.png',
  title: 'Week – 2026-03-02 & more',
  altText: 'Created and closed',
  bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 10, 13]),
};

let server: SlackServer<BlockMessage>;
let http: HttpClient;
let slack: Slack;
let bot: BotTarget;
let thread: Thread;

beforeEach(async () => {
  server = await startSlackFor(readBlocks);
  http = createHttpClient({ proxyFor: () => undefined });
  slack = createSlack({ http, policy, pauseMs: 0 });
  bot = { kind: 'bot', apiUrl: `${server.url}/api`, token: server.token, channel: '#team' };
  const posted = await slack.post(bot, { text: 'one', blocks: [section(['one'])] });
  if (!posted.thread) throw new Error('Slack did not say where the message is');
  thread = posted.thread;
});
afterEach(async () => {
  await http.close();
  await server.close();
});

const steps = (): UploadStep[] => server.uploads.map(({ step }) => step);
const problems = (): string[] => server.uploads.flatMap((each) => each.problems);
const WHOLE = ['ask', 'send', 'complete'];

it('a file is in the thread after three steps, byte by byte', async () => {
  await slack.attach(bot, thread, FILE);
  expect(server.files).toEqual([{ ...FILE, threadTs: thread.ts }]);
  expect([steps(), problems()]).toEqual([WHOLE, []]);
});

it.each([
  ['ask', { kind: 'limited', retryAfterS: 1 }, ['ask', ...WHOLE]],
  ['ask', { kind: 'broken' }, ['ask', ...WHOLE]],
  ['ask', { kind: 'dropping' }, ['ask', ...WHOLE]],
  ['ask', { kind: 'refusing', error: 'internal_error' }, ['ask', ...WHOLE]],
  ['send', { kind: 'limited', retryAfterS: 1 }, ['ask', 'send', ...WHOLE]],
  ['send', { kind: 'broken' }, ['ask', 'send', ...WHOLE]],
  ['send', { kind: 'dropping' }, ['ask', 'send', ...WHOLE]],
  ['complete', { kind: 'limited', retryAfterS: 1 }, [...WHOLE, 'complete']],
  ['complete', { kind: 'broken' }, [...WHOLE, 'complete']],
] as const)('a file comes once when the step "%s" fails for a while: %j', async (step, mood, expected) => {
  server.setUploadMood(step, mood);
  await slack.attach(bot, thread, FILE);
  expect(steps()).toEqual(expected);
  expect(problems()).toEqual([]);
  expect(server.files).toEqual([{ ...FILE, threadTs: thread.ts }]);
});

it('a file is not sent again when nobody knows whether Slack took it', async () => {
  server.setUploadMood('complete', { kind: 'dropping' });
  const lost = await errorOf(() => slack.attach(bot, thread, FILE));
  expect(lost.code).toBe('SLACK_UNREACHABLE');
  expect(lost.message).toMatch(/^Slack may have taken the file or not: .*; look into the channel$/);
  expect(steps()).toEqual(WHOLE);
});

it.each([
  ['ask', 'missing_scope', 'give the app the scope files:write', ['ask']],
  ['ask', 'file_uploads_disabled', 'the workspace takes no files', ['ask']],
  ['ask', 'invalid_auth', 'make a new one', ['ask']],
  ['send', 'bad_length', '', ['ask', 'send']],
  ['complete', 'channel_not_found', 'check the name of the channel', WHOLE],
] as const)(
  'a file is not sent again when the step "%s" is refused: %s',
  async (step, error, advice, expected) => {
    server.setUploadMood(step, { kind: 'refusing', error });
    const refused = await errorOf(() => slack.attach(bot, thread, FILE));
    expect(refused.code).toBe('SLACK_REFUSED');
    expect(refused.message).toMatch(new RegExp(`^Slack refused the file: (400 )?${error}`));
    expect(refused.message).toContain(advice);
    expect(refused.message).not.toMatch(/xoxb|upload\/v1/);
    expect(steps()).toEqual(expected);
  },
);

it('of another channel, or another message, Slack takes no file', async () => {
  for (const wrong of [
    { ...thread, channel: 'C999' },
    { ...thread, ts: '99.9' },
  ])
    expect((await errorOf(() => slack.attach(bot, wrong, FILE))).message).toMatch(/not_found/);
  expect(server.files).toEqual([]);
});
