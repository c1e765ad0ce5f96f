import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../src/http/http-client.js';
import { type SlackMessage, section } from '../../src/slack/blocks.js';
import { chartBlock } from '../../src/slack/chart-block.js';
import { createSlack, type Slack, type SlackTarget } from '../../src/slack/slack.js';
import { type SlackServer, startSlackFor } from '../alerting/slack-server.js';
import { type BlockMessage, readBlocks } from '../reports/slack-blocks.js';
import { errorOf } from '../unit/helpers.js';

const PAUSE_MS = 30;
const policy = { firstMs: 5, longestMs: 20, giveUpAfterMs: 60_000, requestTimeoutMs: 60_000 };
const message = (text: string): SlackMessage => ({ text, blocks: [section([text])] });

let server: SlackServer<BlockMessage>;
let http: HttpClient;
let slack: Slack;
let webhook: SlackTarget;
let bot: SlackTarget;

beforeEach(async () => {
  server = await startSlackFor(readBlocks);
  http = createHttpClient({ proxyFor: () => undefined });
  slack = createSlack({ http, policy, pauseMs: PAUSE_MS });
  webhook = { kind: 'webhook', url: server.webhook('secret') };
  bot = { kind: 'bot', apiUrl: `${server.url}/api`, token: server.token, channel: '#team' };
});
afterEach(async () => {
  await http.close();
  await server.close();
});

describe('a message into Slack', () => {
  it('goes to a webhook, or to a channel with a token', async () => {
    await slack.post(webhook, message('one'));
    await slack.post(bot, message('two'));
    expect(server.accepted().map(({ to, message: { text } }) => [to, text])).toEqual([
      ['/services/T0/B0/secret', 'one'],
      ['#team', 'two'],
    ]);
  });

  it('waits for its turn in each channel', async () => {
    await Promise.all(['one', 'two', 'three'].map((text) => slack.post(bot, message(text))));
    const [one, two, three] = server.accepted();
    expect(server.accepted().map(({ message: { text } }) => text)).toEqual(['one', 'two', 'three']);
    // A timer may fire a millisecond early.
    expect((two?.atMs ?? 0) - (one?.atMs ?? 0)).toBeGreaterThanOrEqual(PAUSE_MS - 2);
    expect((three?.atMs ?? 0) - (two?.atMs ?? 0)).toBeGreaterThanOrEqual(PAUSE_MS - 2);
  });

  it.each([
    ['is limited, by a webhook', { kind: 'limited', retryAfterS: 1 }, 'webhook'],
    ['is limited, by the API', { kind: 'limited', retryAfterS: 1 }, 'bot'],
    ['is broken', { kind: 'broken' }, 'bot'],
    ['has a fault of its own, as the API says', { kind: 'refusing', error: 'internal_error' }, 'bot'],
  ] as const)('comes once when Slack %s for a while', async (_, mood, kind) => {
    server.setMood(mood);
    const posted = slack.post(kind === 'bot' ? bot : webhook, message('one'));
    while (server.posts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    server.setMood({ kind: 'well' });
    await posted;
    expect(server.accepted()).toHaveLength(1);
  });

  it.each([
    ['not_in_channel', 'invite the app into the channel'],
    ['channel_not_found', 'check the name of the channel'],
    ['missing_scope', 'give the app the scope chat:write'],
    ['constructor', ''],
  ])('is not repeated when the API refuses it: %s', async (error, advice) => {
    server.setMood({ kind: 'refusing', error });
    const refused = await errorOf(() => slack.post(bot, message('one')));
    expect(refused.code).toBe('SLACK_REFUSED');
    expect(refused.message).toContain(`Slack refused the message: ${error}`);
    expect(refused.message).toContain(advice);
    expect(server.posts).toHaveLength(1);
  });

  it('is not repeated when a webhook is gone, and the error does not show its address', async () => {
    const gone: SlackTarget = { kind: 'webhook', url: `${server.url}/gone/T0/B0/verysecret` };
    const refused = await errorOf(() => slack.post(gone, message('one')));
    expect(refused.message).toBe(
      'Slack refused the message: 404 no_service – the webhook was removed; make a new one',
    );
  });

  it('is not repeated when nobody knows whether Slack took it', async () => {
    const hasty = createSlack({ http, policy: { ...policy, requestTimeoutMs: 200 }, pauseMs: 0 });
    server.setMood({ kind: 'silent' });
    const lost = await errorOf(() => hasty.post(webhook, message('one')));
    expect(lost.code).toBe('SLACK_UNREACHABLE');
    expect(lost.message).toBe(
      'Slack may have taken the message or not: no answer within 0.2 s; look into the channel',
    );
    expect(server.posts).toHaveLength(1);
  });

  it('is sent again when nothing was sent, until the patience is over; the token is not shown', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const hasty = createSlack({ http, policy: { ...policy, giveUpAfterMs: 100 }, pauseMs: 0 });
    const lost = await errorOf(() =>
      hasty.post(
        { kind: 'bot', apiUrl: `http://127.0.0.1:${port}/api`, token: 'xoxb-secret', channel: '#team' },
        message('one'),
      ),
    );
    expect(lost.code).toBe('SLACK_UNREACHABLE');
    expect(lost.message).toMatch(/^Slack cannot be reached: .*ECONNREFUSED/);
    expect(lost.message).not.toContain('xoxb');
  });
});

describe('a message with charts and tables', () => {
  const rich: SlackMessage = {
    text: 'one',
    blocks: [
      section(['one']),
      chartBlock({
        ...{ title: 'Flow', type: 'bar', labels: ['Mon'], xLabel: '', yLabel: '' },
        series: [{ name: 'n', values: [1] }],
      }),
    ],
    plain: [section(['one'])],
  };
  const kinds = () => server.posts.map(({ message: { blocks }, accepted }) => [blocks.length, accepted]);

  it('is sent as it is where they are taken, and says where it stands', async () => {
    expect(await slack.post(bot, rich)).toMatchObject({
      isPlain: false,
      thread: { channel: 'C0123456789', ts: expect.stringMatching(/^\d+\.\d+$/) },
    });
    expect(await slack.post(webhook, rich)).toEqual({
      ...{ isPlain: false, refusal: undefined, thread: undefined },
    });
    expect(kinds()).toEqual([
      [2, true],
      [2, true],
    ]);
  });

  it.each([
    ['bot', 'invalid_blocks; [ERROR] unsupported type [json-pointer:/blocks/2/type]'],
    ['webhook', '400 invalid_blocks'],
  ] as const)(
    'is sent without them where they are refused, and they are not tried again soon: %s',
    async (kind, refusal) => {
      const target = kind === 'bot' ? bot : webhook;
      const sending: string[] = [];
      server.setMood({ kind: 'old' });
      const first = await slack.post(target, rich, {
        begun: () => sending.push('begun'),
        notTaken: () => sending.push('not taken'),
      });
      expect(first).toMatchObject({ isPlain: true, refusal });
      expect(sending).toEqual(['begun', 'not taken', 'begun']);
      expect(await slack.post(target, rich)).toMatchObject({ isPlain: true, refusal: undefined });
      expect(kinds()).toEqual([
        [2, false],
        [1, true],
        [1, true],
      ]);
      const forgetful = createSlack({ http, policy, pauseMs: 0, plainForMs: 0 });
      await forgetful.post(target, rich);
      await forgetful.post(target, rich);
      expect(kinds().slice(3)).toEqual([
        [2, false],
        [1, true],
        [2, false],
        [1, true],
      ]);
    },
  );

  it('is not sent a second time for another reason, or when it has none', async () => {
    server.setMood({ kind: 'refusing', error: 'is_archived' });
    expect((await errorOf(() => slack.post(bot, rich))).message).toContain('is_archived');
    server.setMood({ kind: 'refusing', error: 'invalid_blocks' });
    expect((await errorOf(() => slack.post(bot, message('one')))).message).toContain('invalid_blocks');
    expect(server.posts).toHaveLength(2);
    expect((await errorOf(() => slack.post(bot, rich))).message).toContain('invalid_blocks');
    expect(server.posts).toHaveLength(4);
  });
});
