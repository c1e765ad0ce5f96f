import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BugflowError } from '../../src/base/errors.js';
import type { PostCondition } from '../../src/config/report-posts-section.js';
import { createPostStore } from '../../src/main/post-store.js';
import { makeFile } from '../../src/reports/posts/attachment.js';
import { createPostMemory, type PostMemory } from '../../src/reports/posts/post-memory.js';
import { createPoster } from '../../src/reports/posts/poster.js';
import type { ReportPost } from '../../src/reports/posts/report-post.js';
import type { ReportResult } from '../../src/reports/result.js';
import type { SlackTarget } from '../../src/slack/slack.js';
import { openStore } from '../../src/store/store.js';
import { createFolder } from '../support/bugflow.js';
import { column, result, section } from './made-up-result.js';

const MONDAY = Date.parse('2026-03-16T09:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;

const post = (change: Partial<ReportPost> = {}): ReportPost => ({
  ...{ name: 'week into webhook', report: 'week', projects: [], period: undefined, schedule: '0 9 * * *' },
  ...{ timeZone: 'UTC', missed: 'late', onlyWhen: undefined, attach: 'auto', place: undefined },
  request: { report: 'week', projects: [], period: {} },
  target: { kind: 'webhook', url: { text: 'https://hooks.example.org/x' } },
  ...change,
});
const numbers = (net: string | null): ReportResult =>
  result([
    section([column('net', 'number')], [[net]], { name: 'in_and_out', shape: 'numbers' }),
    section([column('subject')], [], { name: 'blocked' }),
  ]);

interface Stage {
  readonly run?: () => Promise<ReportResult>;
  readonly send?: (target: SlackTarget) => Promise<void>;
  /** Instead of taking a file. */
  readonly attached?: (name: string) => Promise<void>;
  /** Whether Slack takes neither charts nor tables. */
  readonly isPlain?: boolean;
  readonly memory?: PostMemory;
  readonly signal?: AbortSignal;
}

function onStage(stage: Stage = {}) {
  const { run, send, attached, isPlain = false, memory = createPostMemory(), signal } = stage;
  const files: string[] = [];
  const sent: string[] = [];
  const said: string[] = [];
  const poster = createPoster({
    run: run ?? (async () => numbers('3')),
    slack: {
      async post(target, message, sending) {
        sending?.begun();
        await send?.(target);
        sent.push(message.text);
        return { isPlain, refusal: undefined, thread: { channel: 'C1', ts: '1.2' } };
      },
      attach: async (_, thread, { name, bytes }) =>
        attached
          ? attached(name)
          : void files.push(`${name} in ${thread.channel} ${thread.ts}: ${String(bytes)}`),
    },
    draw: async ({ sections }, { format }) =>
      Buffer.from(
        `${format === 'png' ? 'picture' : 'pages'} of ${sections.map(({ definition: { title } }) => title).join(', ')}`,
      ),
    memory,
    serviceUrl: 'https://bugflow.example.org',
    ...(signal && { signal }),
    log: { info: (text) => said.push(text), warn: (text) => said.push(`WARN ${text}`) },
  });
  return { poster, sent, said, files, memory };
}

describe('a condition', () => {
  const above: PostCondition = { section: 'in_and_out', number: { column: 'net', above: 2 } };
  const below: PostCondition = { section: 'in_and_out', number: { column: 'net', below: 2 } };
  it.each([
    ['none', undefined, '3', true],
    ['a larger number', above, '3', true],
    ['the same number', above, '2', false],
    ['a smaller number', above, '1.5', false],
    ['below, a smaller one', below, '-7', true],
    ['below, a larger one', below, '7', false],
    ['no number', below, null, false],
    ['rows, and there is one', { section: 'in_and_out', number: undefined }, '0', true],
    ['rows, and there is none', { section: 'blocked', number: undefined }, '0', false],
    ['a section that is off', { section: 'gone', number: undefined }, '0', false],
  ] as const)('%s', async (_, onlyWhen, net, isTold) => {
    const { poster, sent, said } = onStage({ run: async () => numbers(net) });
    await poster.post(post({ onlyWhen }), MONDAY);
    expect(sent).toHaveLength(isTold ? 1 : 0);
    expect(said.at(-1)).toBe(
      isTold ? 'report "week into webhook" was posted' : 'report "week into webhook": nothing to tell',
    );
    expect((await poster.preview(post({ onlyWhen }), MONDAY)) !== undefined).toBe(isTold);
  });
});

it('a failing report says so in the channel, at most once a day', async () => {
  let hours = 0;
  const { poster, sent, said } = onStage({
    run: async () => {
      throw new BugflowError('QUERY_TIMEOUT', 'report "week" took too long');
    },
  });
  const now = Date.now;
  try {
    for (; hours < 50; hours++) {
      Date.now = () => MONDAY + hours * 60 * 60 * 1000;
      await poster.post(post(), Date.now());
    }
  } finally {
    Date.now = now;
  }
  expect(sent).toEqual(Array(3).fill('The report “week” could not be made: report "week" took too long'));
  expect(said.filter((line) => line.startsWith('WARN'))).toHaveLength(50);
});

it('a post that Slack refuses is no reason to stop', async () => {
  const { poster, said } = onStage({
    send: async () => {
      throw new BugflowError('SLACK_REFUSED', 'Slack refused the message: is_archived');
    },
  });
  await poster.post(post(), MONDAY);
  expect(said).toEqual([
    'WARN report "week into webhook" was not posted: Slack refused the message: is_archived',
    'WARN report "week into webhook": Slack refused the message: is_archived',
  ]);
});

it('says nothing in a channel that may have the report already', async () => {
  let sends = 0;
  const { poster, said } = onStage({
    send: async () => {
      sends += 1;
      throw new BugflowError('SLACK_UNREACHABLE', 'Slack may have taken the message or not');
    },
  });
  await poster.post(post(), MONDAY);
  expect([sends, said]).toEqual([
    1,
    ['WARN report "week into webhook" was not posted: Slack may have taken the message or not'],
  ]);
});

it('a secret file is read when it is needed, and its absence is said without its content', async () => {
  const folder = createFolder();
  try {
    const file = join(dirname(folder.write('other', '')), 'hook');
    const targets: unknown[] = [];
    const { poster, said } = onStage({ send: async (target) => void targets.push(target) });
    const secret = post({ target: { kind: 'webhook', url: { file } } });
    await poster.post(secret, MONDAY);
    expect(said[0]).toContain(`cannot read the secret file ${file}`);
    writeFileSync(file, 'hooks.example.org/verysecret');
    await poster.post(secret, MONDAY + 1);
    expect(said.filter((line) => line.includes('verysecret'))).toEqual([]);
    expect(said).toContain(
      `WARN report "week into webhook" was not posted: ${file} does not hold a web address; copy that of the webhook`,
    );
    writeFileSync(file, 'https://hooks.example.org/y\n');
    await poster.post(secret, MONDAY + DAY_MS);
    expect(targets).toEqual([{ kind: 'webhook', url: 'https://hooks.example.org/y' }]);
  } finally {
    folder.remove();
  }
});

describe('a file in the thread', () => {
  const chart = (title: string, type: 'bar' | 'histogram') =>
    section([column('day', 'number'), column('n', 'items')], [['1', '3']], {
      ...{ title, shape: 'chart' },
      chart: { type, x: 'day', y: type === 'bar' ? ['n'] : [], percentiles: [], lines: [] },
    });
  const drawn = result([chart('Net', 'bar')]);
  const both = result([chart('Net', 'bar'), chart('Spread', 'histogram')]);
  const bot = {
    kind: 'bot',
    ...{ apiUrl: 'https://slack.com/api', channel: '#team' },
    token: { text: 'xoxb' },
  } as const;

  it.each([
    ['auto', drawn, false, []],
    ['auto', drawn, true, ['picture of Net']],
    ['auto', both, false, ['picture of Spread']],
    ['auto', both, true, ['picture of Net, Spread']],
    ['auto', numbers('3'), true, []],
    ['none', both, true, []],
    ['png', both, false, ['picture of Net, Spread']],
    ['pdf', drawn, false, ['pages of Net']],
    ['pdf', numbers('3'), true, ['pages of All, All']],
  ] as const)('with attach: %s (%#)', async (attach, found, isPlain, expected) => {
    const { poster, files, memory } = onStage({ isPlain, run: async () => found });
    await poster.post(post({ attach, target: bot }), MONDAY);
    const ending = attach === 'pdf' ? 'pdf' : 'png';
    expect(files).toEqual(expected.map((text) => `mine-2026-03-02.${ending} in C1 1.2: ${text}`));
    expect(memory.get('week into webhook')).toEqual({ dueAtMs: MONDAY, state: 'over' });
    const preview = await poster.preview(post({ attach, target: bot }), MONDAY);
    expect(String((await preview?.file(isPlain))?.bytes ?? '')).toBe(expected[0] ?? '');
  });

  it('does not exist for a webhook', async () => {
    const { poster, files } = onStage({ isPlain: true, run: async () => both });
    await poster.post(post(), MONDAY);
    expect(files).toEqual([]);
  });

  it('that cannot be sent is no reason to fail, and is told once', async () => {
    let reason = 'missing_scope';
    const { poster, sent, said } = onStage({
      attached: async () => {
        if (reason !== '') throw new BugflowError('SLACK_REFUSED', reason);
      },
    });
    const weekly = post({ attach: 'pdf', target: bot });
    const told = async (): Promise<string[]> => {
      said.length = 0;
      await poster.post(weekly, MONDAY);
      return said.filter((line) => line.startsWith('WARN'));
    };
    expect(await told()).toEqual([
      'WARN report "week into webhook" was posted without its file: missing_scope',
    ]);
    expect(await told()).toEqual([]);
    reason = '';
    expect(await told()).toEqual([]);
    reason = 'missing_scope';
    expect(await told()).toHaveLength(1);
    expect(sent).toHaveLength(4);
  });

  it('that is far too large is not sent', async () => {
    const found = await makeFile(
      { kind: 'png', result: both },
      async () => Buffer.alloc(10 * 2 ** 20 + 1),
      undefined,
    ).catch((error: unknown) => error);
    expect(found).toMatchObject({ message: 'the file has 11 MiB, and at most 10 are sent' });
  });
});

describe('over a restart', () => {
  it('knows what was posted, and what was being posted when the service ended', async () => {
    const folder = createFolder();
    const file = folder.write('state', '');
    const open = () => openStore(file, 'own');
    try {
      let store = await open();
      const first = onStage({ memory: createPostStore(store) });
      expect(first.poster.lastDueAtMs(post())).toBeUndefined();
      await first.poster.post(post(), MONDAY);
      first.poster.beginAt(post(), MONDAY + 1);
      store.close();

      store = await open();
      const second = onStage({ memory: createPostStore(store), send: () => new Promise(() => undefined) });
      expect(second.poster.lastDueAtMs(post())).toBe(MONDAY);
      expect(second.said).toEqual([]);
      void second.poster.post(post(), MONDAY + DAY_MS);
      while (second.memory.get('week into webhook')?.state !== 'begun')
        await new Promise((resolve) => setImmediate(resolve));
      store.close();

      store = await open();
      const third = onStage({ memory: createPostStore(store) });
      expect(third.poster.lastDueAtMs(post())).toBe(MONDAY + DAY_MS);
      expect(third.said).toEqual([
        'WARN report "week into webhook": the service ended while it was being posted; look into the channel, it is not sent again',
      ]);
      expect(third.poster.lastDueAtMs(post())).toBe(MONDAY + DAY_MS);
      expect(third.said).toHaveLength(1);
      store.close();
    } finally {
      folder.remove();
    }
  });

  it('makes later what was not begun when the service ended', async () => {
    const ending = new AbortController();
    const { poster, sent, said, memory } = onStage({
      signal: ending.signal,
      run: async () => {
        ending.abort();
        throw ending.signal.reason;
      },
    });
    await poster.post(post(), MONDAY);
    expect([sent, said, memory.get('week into webhook')]).toEqual([[], [], undefined]);
  });
});
