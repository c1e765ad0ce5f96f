import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpClient } from '../../src/http/http-client.js';
import { createPostStore } from '../../src/main/post-store.js';
import type { PostMemory } from '../../src/reports/posts/post-memory.js';
import { createPoster, type Poster } from '../../src/reports/posts/poster.js';
import type { ReportPost } from '../../src/reports/posts/report-post.js';
import { createSlack } from '../../src/slack/slack.js';
import { openStore, type Store } from '../../src/store/store.js';
import { type SlackServer, startSlackFor } from '../alerting/slack-server.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { column, result, section } from './made-up-result.js';
import { type BlockMessage, readBlocks } from './slack-blocks.js';

/*
 * The service ends while Slack does not take a post. After the restart it is made again where Slack cannot have it, and only
 * there.
 */

const SUNDAY = Date.parse('2026-03-15T09:00:00Z');
const MONDAY = Date.parse('2026-03-16T09:00:00Z');
const PICTURE = Buffer.from('a picture');
const policy = { firstMs: 1, longestMs: 60_000, giveUpAfterMs: 600_000, requestTimeoutMs: 60_000 };

let server: SlackServer<BlockMessage>;
let folder: Folder;
let file: string;

beforeEach(async () => {
  server = await startSlackFor(readBlocks);
  folder = createFolder();
  file = folder.write('state.db', '');
});
afterEach(async () => {
  await server.close();
  folder.remove();
});

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  return `http://127.0.0.1:${port}/services/T0/B0/general`;
}

const postTo = (url: string): ReportPost => ({
  ...{ name: 'week into webhook', report: 'week', projects: [], period: undefined, schedule: '0 9 * * *' },
  ...{ timeZone: 'UTC', missed: 'late', onlyWhen: undefined, attach: 'auto', place: undefined },
  request: { report: 'week', projects: [], period: {} },
  target: { kind: 'webhook', url: { text: url } },
});

interface Run {
  readonly poster: Poster;
  readonly memory: PostMemory;
  readonly said: readonly string[];
  readonly attempts: () => number;
  /** As when systemd stops the service. */
  readonly stop: () => Promise<void>;
  /** As after a loss of power: what the process was doing is not told to the file any more. */
  readonly kill: () => Promise<void>;
}

async function run(): Promise<Run> {
  const store: Store = await openStore(file, 'own');
  const ending = new AbortController();
  const http = createHttpClient({ proxyFor: () => undefined, signal: ending.signal });
  const said: string[] = [];
  const memory = createPostStore(store);
  let attempts = 0;
  const poster = createPoster({
    run: async () => result([section([column('net', 'number')], [['3']], { shape: 'numbers' })]),
    slack: createSlack({
      http: {
        ...http,
        attempt(request) {
          attempts += 1;
          return http.attempt(request);
        },
      },
      policy,
      pauseMs: 0,
      signal: ending.signal,
    }),
    draw: async () => PICTURE,
    memory,
    serviceUrl: undefined,
    signal: ending.signal,
    log: { info: (text) => said.push(text), warn: (text) => said.push(`WARN ${text}`) },
  });
  const stop = async (): Promise<void> => {
    ending.abort();
    // What was cut off comes to its end.
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    store.close();
    await http.close();
  };
  const kill = async (): Promise<void> => {
    store.close();
    ending.abort();
    await http.close();
  };
  return { poster, memory, said, attempts: () => attempts, stop, kill };
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
};

it.each([
  ['nobody listens', 'nobody', 'again'],
  ['Slack limits the rate', { kind: 'limited', retryAfterS: 60 }, 'again'],
  ['Slack is broken', { kind: 'broken' }, 'again'],
  ['Slack says nothing yet', { kind: 'silent' }, 'look'],
  ['Slack breaks off', { kind: 'dropping' }, 'over'],
  ['Slack has taken it', { kind: 'well' }, 'over'],
] as const)('when it ends while %s', async (_, mood, then) => {
  for (const end of ['stop', 'kill'] as const) {
    const url = mood === 'nobody' ? await nobody() : server.webhook();
    const post = postTo(url);
    const first = await run();
    first.poster.beginAt(post, SUNDAY);
    const before = server.posts.length;
    if (mood !== 'nobody') server.setMood(mood);
    const posted = first.poster.post(post, MONDAY).catch(() => undefined);
    if (then === 'over') await posted;
    else if (mood === 'nobody') await until(() => first.attempts() > 2);
    else await until(() => server.posts.length > before);
    // The answer is on its way, where there is one.
    if (then === 'again')
      await until(() => first.attempts() > 0 && first.memory.get(post.name)?.dueAtMs === SUNDAY);
    await first[end]();
    server.setMood({ kind: 'well' });

    const second = await run();
    const reachable = postTo(server.webhook());
    const lastDueAtMs = second.poster.lastDueAtMs(reachable);
    expect(lastDueAtMs).toBe(then === 'again' ? SUNDAY : MONDAY);
    expect(second.said.filter((line) => line.includes('look into the channel'))).toHaveLength(
      then === 'look' ? 1 : 0,
    );
    if (lastDueAtMs === SUNDAY) await second.poster.post(reachable, MONDAY);
    await second.stop();
    const taken = mood !== 'nobody' && mood.kind !== 'silent' && mood.kind !== 'dropping';
    expect(server.posts.slice(before).filter(({ accepted }) => accepted)).toHaveLength(
      then === 'again' || taken ? 1 : 0,
    );
    file = folder.write('another.db', '');
  }
});

it.each(['ask', 'send', 'complete'] as const)(
  'does not post again what was cut off in the step "%s" of its file',
  async (step) => {
    for (const end of ['stop', 'kill'] as const) {
      folder.write('token', server.token);
      const target = {
        kind: 'bot',
        ...{ apiUrl: `${server.url}/api`, channel: '#team' },
        token: { text: server.token },
      } as const;
      const post: ReportPost = { ...postTo(''), attach: 'pdf', target };
      const first = await run();
      first.poster.beginAt(post, SUNDAY);
      const [posts, uploads] = [server.posts.length, server.uploads.length];
      server.setUploadMood(step, { kind: 'silent' });
      void first.poster.post(post, MONDAY);
      await until(() => server.uploads.slice(uploads).some((each) => each.step === step));
      await first[end]();
      server.setMood({ kind: 'well' });

      const second = await run();
      expect(second.poster.lastDueAtMs(post)).toBe(MONDAY);
      expect(second.said).toEqual([
        'WARN report "week into webhook": the service ended before its file was in its thread; it is not sent again',
      ]);
      await second.stop();
      expect(server.posts).toHaveLength(posts + 1);
      expect(server.files).toEqual([]);
      file = folder.write('another.db', '');
    }
  },
);
