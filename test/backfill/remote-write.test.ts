import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { snappyUncompress } from 'hysnappy';
import { PbfReader } from 'pbf';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runBackfill, type Summary } from '../../src/backfill/backfill.js';
import type { RequestLimits } from '../../src/backfill/remote-write-request.js';
import type { Change, Series } from '../../src/backfill/timeline.js';
import { labelsOf } from '../../src/collectors/labels.js';
import type { Access } from '../../src/http/http-target.js';
import type { RetryPolicy } from '../../src/http/retry.js';
import { eventually } from '../support/eventually.js';
import { startGate } from '../support/gate.js';
import { HANG_MS } from '../support/hang.js';
import { errorOf, folderWith } from '../unit/helpers.js';
import { isInstalled, PROMETHEUS_IS_HERE, startPrometheus, startVictoriaMetrics } from './servers.js';
import { seriesNamed, timelineOf, valueAt } from './timelines.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP = 5 * MINUTE;
const NOW = Math.floor(Date.now() / STEP) * STEP;
const TO = NOW;
const FROM = NOW - 30 * HOUR;
const STEPS = (TO - FROM) / STEP + 1;

const SERIES = seriesNamed('webshop', 'Größe', 'intranet');
const CHANGES: Change[] = [
  { atMs: FROM - HOUR, series: 0, value: 5 },
  { atMs: FROM + HOUR, series: 1, value: 0.5 },
  ...Array.from({ length: 20 }, (_, i) => ({ atMs: FROM + (2 + i) * HOUR, series: 0, value: 6 + i })),
  { atMs: FROM + 25 * HOUR, series: 2, value: 1 },
];
const QUICK: RetryPolicy = {
  firstMs: 20,
  longestMs: 100,
  giveUpAfterMs: HANG_MS,
  requestTimeoutMs: HANG_MS,
};
const SMALL: RequestLimits = { samples: 50, bytes: 100_000 };

interface Wishes {
  readonly stateFile?: string;
  readonly limits?: RequestLimits;
  readonly retry?: RetryPolicy;
  readonly series?: readonly Series[];
  readonly changes?: readonly Change[];
  readonly toMs?: number;
  readonly access?: Access;
}

async function send(
  url: string,
  {
    stateFile,
    limits = SMALL,
    retry = QUICK,
    series = SERIES,
    changes = CHANGES,
    toMs = TO,
    access,
  }: Wishes = {},
): Promise<Summary & { printed: string }> {
  const printed: string[] = [];
  const summary = await runBackfill(timelineOf(series, changes), {
    fromMs: FROM,
    toMs,
    stepMs: STEP,
    nowMs: NOW,
    target: { remoteWrite: url, access, stateFile, limits, retry },
    print: (line) => void printed.push(line),
  });
  return { ...summary, printed: printed.join('\n') };
}

interface ReceivedSample {
  readonly labels: string;
  readonly atMs: number;
  readonly value: number;
}

interface Received {
  readonly headers: IncomingHttpHeaders;
  /** Before compression. */
  readonly bytes: number;
  readonly samples: readonly ReceivedSample[];
}

interface Answer {
  readonly status: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Cuts the connection instead, after the request has been taken. */
  readonly hangUp?: boolean;
}

/** A receiver that answers as it is told: by the number of the request, from 0 on. */
async function startReceiver(
  answer: (number: number) => Answer | undefined = () => undefined,
  /** What it says about itself, by path. */
  pages: Readonly<Record<string, string>> = {},
): Promise<{ url: string; received: Received[]; requests: () => number; samples: () => ReceivedSample[] }> {
  const received: Received[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      const text = pages[request.url ?? ''];
      response.writeHead(text === undefined ? 404 : 200).end(text);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const { status, text = '', headers = {}, hangUp } = answer(requests) ?? { status: 204 };
      requests += 1;
      if (status < 300) {
        const body = Buffer.concat(chunks);
        const bytes = new PbfReader(body).readVarint();
        received.push({ headers: request.headers, bytes, samples: decode(body) });
      }
      if (hangUp) request.socket.destroy();
      else response.writeHead(status, headers).end(text);
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/write`,
    received,
    requests: () => requests,
    samples: () => received.flatMap(({ samples }) => samples),
  };
}

function decode(body: Uint8Array): ReceivedSample[] {
  const length = new PbfReader(body).readVarint();
  const message = new PbfReader(snappyUncompress(body, length));
  const samples: ReceivedSample[] = [];
  while (message.nextField()) {
    const end = message.readVarint() + message.pos;
    const labels: string[] = [];
    while (message.nextField(end)) {
      const partEnd = message.readVarint() + message.pos;
      const fields: (string | number)[] = [];
      // A sample begins with a double, a label with a string.
      const isSample = message.buf[message.pos] === 0x09;
      while (message.nextField(partEnd)) {
        if (!isSample) fields.push(message.readString());
        else fields.push(fields.length === 0 ? message.readDouble() : message.readVarint());
      }
      if (isSample) {
        samples.push({ labels: labels.join(','), value: Number(fields[0]), atMs: Number(fields[1]) });
      } else {
        labels.push(`${fields[0]}=${fields[1]}`);
      }
    }
  }
  return samples;
}

function expectedSamples(): ReceivedSample[] {
  const samples: ReceivedSample[] = [];
  for (let atMs = FROM; atMs <= TO; atMs += STEP) {
    for (const [index, project] of ['webshop', 'Größe', 'intranet'].entries()) {
      const value = valueAt(CHANGES, index, atMs);
      const labels = `__name__=team_items,instance=bugflow:10284,job=taiga-bugflow,project=${project}`;
      if (!Number.isNaN(value)) samples.push({ labels, atMs, value });
    }
  }
  return samples;
}

function sorted(samples: readonly ReceivedSample[]): ReceivedSample[] {
  return [...samples].sort((a, b) => a.atMs - b.atMs || (a.labels < b.labels ? -1 : 1));
}

test('a receiver gets every sample once, request by request in order of time', async () => {
  const receiver = await startReceiver();
  const { samples } = await send(receiver.url);
  expect(sorted(receiver.samples())).toEqual(sorted(expectedSamples()));
  expect(samples).toBe(expectedSamples().length);
  let lastMs = 0;
  for (const { samples: batch, headers } of receiver.received) {
    expect(batch.length).toBeLessThanOrEqual(SMALL.samples);
    expect(Math.min(...batch.map(({ atMs }) => atMs))).toBeGreaterThan(lastMs);
    lastMs = Math.max(...batch.map(({ atMs }) => atMs));
    expect(headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    });
    expect(headers.authorization).toBeUndefined();
  }
});

test.each([
  ['samples', { samples: 2, bytes: 100_000 }, 2],
  ['bytes', { samples: 1000, bytes: 300 }, 300 / 18],
])('a step may be larger than a request, by %s', async (_, limits, most) => {
  const receiver = await startReceiver();
  await send(receiver.url, { limits });
  expect(sorted(receiver.samples())).toEqual(sorted(expectedSamples()));
  expect(Math.max(...receiver.received.map(({ samples }) => samples.length))).toBeLessThanOrEqual(most);
  expect(Math.max(...receiver.received.map(({ bytes }) => bytes))).toBeLessThanOrEqual(limits.bytes);
});

test('empty labels are no labels', async () => {
  const receiver = await startReceiver();
  const series = [{ name: 'team_items', labels: labelsOf({ project: 'a', sprint: '', text: '"\\\n' }) }];
  await send(receiver.url, { series, changes: [{ atMs: 0, series: 0, value: 1 }] });
  expect(receiver.samples()[0]?.labels).toBe('__name__=team_items,project=a,text="\\\n');
});

test.each([
  ['me:s%40cret@', '', `Basic ${Buffer.from('me:s@cret').toString('base64')}`],
  ['bearer:s%40cret@', '', 'Bearer s@cret'],
  ['', '?token=long-enough-s%40cret', undefined],
])('credentials of //%s…%s are sent, and never shown', async (user, query, authorization) => {
  const stateFile = join(await folderWith({}), 'state.json');
  const receiver = await startReceiver((number) =>
    number === 1
      ? { status: 500 }
      : number === 3
        ? { status: 401, text: 'who? not long-enough-s@cret' }
        : undefined,
  );
  const printed: string[] = [];
  const error = await errorOf(
    runBackfill(timelineOf(SERIES, CHANGES), {
      fromMs: FROM,
      toMs: TO,
      stepMs: STEP,
      nowMs: NOW,
      target: {
        remoteWrite: receiver.url.replace('//', `//${user}`) + query,
        stateFile,
        limits: SMALL,
        retry: QUICK,
      },
      print: (line) => void printed.push(line),
    }),
  );
  expect(receiver.received[0]?.headers.authorization).toBe(authorization);
  expect(printed.length).toBeGreaterThan(0);
  const shown = `${printed} ${error.message} ${await readFile(stateFile, 'utf8')}`;
  expect(shown).not.toMatch(/cret|Basic|Bearer/);
});

test('429 with Retry-After: waits as long as it is told', async () => {
  let refusedAt = 0;
  let waitedMs = 0;
  const receiver = await startReceiver((number) => {
    if (number === 2) {
      refusedAt = performance.now();
      return { status: 429, headers: { 'retry-after': '1' } };
    }
    if (number === 3) waitedMs = performance.now() - refusedAt;
    return undefined;
  });
  const { printed } = await send(receiver.url);
  expect(waitedMs).toBeGreaterThan(950);
  expect(printed).toContain('429; trying again in 1.0 s');
  expect(sorted(receiver.samples())).toEqual(sorted(expectedSamples()));
});

test('5xx and cut connections are tried again', async () => {
  const receiver = await startReceiver((number) =>
    number % 3 === 0
      ? { status: 503, text: 'busy' }
      : number % 7 === 0
        ? { status: 502, hangUp: true }
        : undefined,
  );
  await send(receiver.url);
  expect(sorted(receiver.samples())).toEqual(sorted(expectedSamples()));
});

test('an answer that got lost: the receiver says out of order, and has the samples', async () => {
  const receiver = await startReceiver((number) => {
    if (number === 3) return { status: 204, hangUp: true };
    return number === 4 ? { status: 400, text: 'out of order sample' } : undefined;
  });
  await send(receiver.url);
  expect(sorted(receiver.samples())).toEqual(sorted(expectedSamples()));
});

test('a run that was killed may have sent one request more than it noted; one that ended in order has not', async () => {
  const stateFile = join(await folderWith({}), 'state.json');
  const receiver = await startReceiver((number) =>
    number === 5 || number === 6 || number === 7 ? { status: 400, text: 'out of order sample' } : undefined,
  );
  await errorOf(send(receiver.url, { stateFile }));
  await errorOf(send(receiver.url, { stateFile }));
  const text = await readFile(stateFile, 'utf8');
  await writeFile(stateFile, text.replace('"settled": true', '"settled": false'));
  await send(receiver.url, { stateFile });
  const missing = expectedSamples().length - receiver.samples().length;
  expect(missing).toBeGreaterThan(0);
  expect(missing).toBeLessThanOrEqual(SMALL.samples);
});

test('the source fails while the receiver is down: no waiting for it', async () => {
  const receiver = await startReceiver(() => ({ status: 503 }));
  const timeline = timelineOf(SERIES, CHANGES, {
    async onBatch(number) {
      if (number < 2) return;
      while (receiver.requests() < 1) await sleep(2);
      throw new Error('the database is lost');
    },
  });
  const target = {
    remoteWrite: receiver.url,
    // The first request is under way, the second not full yet, when the source fails.
    limits: { samples: 80, bytes: 100_000 },
    retry: { ...QUICK, firstMs: 60_000, longestMs: 60_000, giveUpAfterMs: 600_000 },
  };
  const options = { fromMs: FROM, toMs: TO, stepMs: STEP, nowMs: NOW, target, print: () => undefined };
  await expect(runBackfill(timeline, options)).rejects.toThrow('the database is lost');
});

test('a receiver that does not come back', async () => {
  const gate = await startGate(undefined);
  await gate.shut();
  const error = await errorOf(
    send(`http://127.0.0.1:${gate.port}/api/v1/write`, { retry: { ...QUICK, giveUpAfterMs: 300 } }),
  );
  expect(error.code).toBe('BACKFILL_RECEIVER');
  expect(error.message).toContain('ECONNREFUSED');
  expect(error.message).toContain('run the same command again');
});

test.each([
  [400, 'out of order sample\n', 'set storage.tsdb.out_of_order_time_window: 3d'],
  [400, 'too old sample', 'out_of_order_time_window'],
  [404, 'remote write receiver needs to be enabled with …', '--web.enable-remote-write-receiver'],
  [404, 'page not found', 'is this a remote-write address?'],
  [401, 'no', '--token-file'],
  [401, 'no org id', "--header 'X-Scope-OrgID: NAME'"],
  [400, 'missing X-Scope-OrgID', "--header 'X-Scope-OrgID: NAME'"],
  [413, '<html>\n<h1>too large</h1>', '<html> <h1>too large</h1>; raise the limit'],
  [308, '', 'it redirects'],
])('%i %j ends it with a hint', async (status, text, hint) => {
  const receiver = await startReceiver(() => ({ status, text }));
  const error = await errorOf(send(receiver.url));
  expect(error.code).toBe('BACKFILL_RECEIVER');
  expect(error.message).toContain(`answers ${status}: ${text.trim().slice(0, 6)}`);
  expect(error.message).toContain(hint);
  expect(receiver.requests()).toBe(1);
});

test('the state file lets the same command go on where it stopped', async () => {
  const stateFile = join(await folderWith({}), 'state.json');
  const first = await startReceiver((number) =>
    number === 5 ? { status: 400, text: 'no more' } : undefined,
  );
  await errorOf(send(first.url, { stateFile }));
  const before = first.samples().length;
  const state = JSON.parse(await readFile(stateFile, 'utf8')) as { sent_until: string; receiver: string };
  expect(Date.parse(state.sent_until)).toBe(Math.max(...first.samples().map(({ atMs }) => atMs)));

  // The fake receiver takes everything from its sixth request on.
  const { printed, samples } = await send(first.url, { stateFile });
  expect(printed).toContain('continuing at');
  expect(samples).toBe(expectedSamples().length - before);
  expect(sorted(first.samples())).toEqual(sorted(expectedSamples()));

  const requests = first.requests();
  expect((await send(first.url, { stateFile })).samples).toBe(0);
  expect(first.requests()).toBe(requests);
});

test('a step that is only half sent is sent again as a whole', async () => {
  const stateFile = join(await folderWith({}), 'state.json');
  const limits = { samples: 2, bytes: 100_000 };
  const changes = [0, 1, 2].map((series) => ({ atMs: 0, series, value: series }));
  const receiver = await startReceiver((number) => (number === 3 ? { status: 400, text: 'no' } : undefined));
  const toMs = FROM + HOUR;
  await errorOf(send(receiver.url, { stateFile, limits, changes, toMs }));
  await send(receiver.url, { stateFile, limits, changes, toMs });
  const keys = receiver.samples().map(({ atMs, labels }) => `${atMs} ${labels}`);
  expect(new Set(keys).size).toBe(3 * (HOUR / STEP + 1));
});

describe('what a receiver says about itself', () => {
  const FLAGS = (time: string) => JSON.stringify({ data: { 'storage.tsdb.retention.time': time } });
  const RUNTIME = (retention: string) => JSON.stringify({ data: { storageRetention: retention } });
  const VICTORIA = (period: string) =>
    `vm_app_version{version="v1"} 1\nflag{name="retentionPeriod", value="${period}", is_set="false"} 1\n`;

  test.each<[what: string, pages: Record<string, string>, refusal: RegExp | undefined, printed: RegExp]>([
    ['nothing', {}, undefined, /does not say how long it keeps samples/],
    ['of another program', { '/metrics': 'up 1\n' }, undefined, /does not say how long/],
    [
      'of a Prometheus that keeps enough',
      { '/api/v1/status/flags': FLAGS('0s'), '/api/v1/status/runtimeinfo': RUNTIME('15d') },
      undefined,
      /^(?!.*warning)/s,
    ],
    [
      'of a Prometheus that keeps a day',
      { '/api/v1/status/flags': FLAGS('1d') },
      /is a Prometheus that keeps 1 days.*--storage.tsdb.retention.time=3d, or choose a later --from/,
      /^$/,
    ],
    [
      'of a Prometheus with a limit of its size',
      { '/api/v1/status/flags': FLAGS('0s'), '/api/v1/status/runtimeinfo': RUNTIME('1y or 5GiB') },
      undefined,
      /keeps at most 5GiB/,
    ],
    [
      'of a Thanos',
      { '/api/v1/status/flags': JSON.stringify({ data: { a: 'b' } }) },
      undefined,
      /does not say/,
    ],
    ['of a VictoriaMetrics by default', { '/metrics': VICTORIA('1') }, undefined, /^(?!.*warning)/s],
    ['of a VictoriaMetrics for years', { '/metrics': VICTORIA('100y') }, undefined, /^(?!.*warning)/s],
    [
      'of a VictoriaMetrics that keeps a day',
      { '/metrics': VICTORIA('1d') },
      /is a VictoriaMetrics that keeps 1 days and drops older samples.*-retentionPeriod=3d, or choose/,
      /^$/,
    ],
    [
      'of a VictoriaMetrics whose flags are on their own page',
      {
        '/metrics': 'vm_app_version{version="v1"} 1\n',
        '/flags': '-loggerLevel="INFO"\n-retentionPeriod="1d"\n',
      },
      /is a VictoriaMetrics that keeps 1 days/,
      /^$/,
    ],
    ['of a vmagent', { '/metrics': 'vm_app_version{version="v1"} 1\n' }, undefined, /does not say how long/],
  ])('%s', async (_, pages, refusal, printed) => {
    const receiver = await startReceiver(undefined, pages);
    if (refusal) {
      const error = await errorOf(send(receiver.url));
      expect(error.code).toBe('BACKFILL_RETENTION');
      expect(error.message).toMatch(refusal);
      expect(receiver.requests()).toBe(0);
    } else expect((await send(receiver.url)).printed).toMatch(printed);
  });

  test.each([
    ['/api/v1/write', '/', '/'],
    ['/prom/api/v1/write', '/prom/', '/prom/'],
    ['/prometheus/api/v1/write', '/prometheus/', '/'],
    ['/insert/3/prometheus/api/v1/write?extra_label=a=b', '/insert/3/prometheus/', '/'],
    ['/api/v1/receive', '/', '/'],
    ['/api/prom/push', '/', '/'],
  ])('is asked beside %s', async (path, api, root) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['x-scope-orgid']}`);
      response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    await errorOf(send(url, { access: { headers: { 'x-scope-orgid': 'a' }, secrets: [], tenant: 'a' } }));
    expect(asked).toEqual([`GET ${root}metrics a`, `GET ${api}api/v1/status/flags a`, `POST ${path} a`]);
  });

  test('that it has dropped samples while it took them ends it with an error', async () => {
    const pages: Record<string, string> = {};
    const count = (small: number, big: number, hourly: number): void => {
      pages['/metrics'] =
        `${VICTORIA('1y')}vm_rows_ignored_total{reason="big_timestamp"} ${big}\nvm_rows_ignored_total{reason="small_timestamp"} ${small}\n` +
        `vm_hourly_series_limit_rows_dropped_total ${hourly}\n`;
    };
    count(5, 2, 0);
    const receiver = await startReceiver((number) => {
      if (number === 3) count(47, 2, 1);
      return undefined;
    }, pages);
    const error = await errorOf(send(receiver.url));
    expect(error.code).toBe('BACKFILL_RECEIVER');
    expect(error.message).toContain(
      'has dropped some meanwhile: 42 (small_timestamp), 1 (hourly_series_limit_rows_dropped_total)',
    );
    expect((await send(receiver.url)).printed).not.toContain('dropped');
  });
});

test('headers are sent with each request; another tenant is another receiver for the state file', async () => {
  const stateFile = join(await folderWith({}), 'state.json');
  const receiver = await startReceiver();
  const as = (tenant: string, key: string): Access => ({
    headers: { 'x-scope-orgid': tenant, 'x-api-key': key },
    secrets: [key],
    tenant,
  });
  await send(receiver.url, { stateFile, access: as('one', 'first-key') });
  for (const { headers } of receiver.received)
    expect(headers).toMatchObject({
      'x-scope-orgid': 'one',
      'x-api-key': 'first-key',
      'content-encoding': 'snappy',
    });
  expect((await send(receiver.url, { stateFile, access: as('one', 'second-key') })).samples).toBe(0);
  const error = await errorOf(send(receiver.url, { stateFile, access: as('two', 'second-key') }));
  expect(error.code).toBe('BACKFILL_USAGE');
  expect(error.message).toContain('give another state file');
});

test('a state file of something else is refused', async () => {
  const folder = await folderWith({ 'notes.txt': 'mine' });
  const receiver = await startReceiver();
  const notes = join(folder, 'notes.txt');
  expect((await errorOf(send(receiver.url, { stateFile: notes }))).code).toBe('BACKFILL_USAGE');
  expect(await readFile(notes, 'utf8')).toBe('mine');
  const stateFile = join(folder, 'state.json');
  await send(receiver.url, { stateFile });
  const state = JSON.parse(await readFile(stateFile, 'utf8')) as object;
  await writeFile(stateFile, JSON.stringify({ ...state, step_seconds: 60 }));
  expect((await errorOf(send(receiver.url, { stateFile }))).message).toContain(
    'whose step_seconds is 60, not 300',
  );
});

test.each(['not a url', 'ftp://host/'])('%j is no receiver', async (url) => {
  expect((await errorOf(send(url))).code).toBe('BACKFILL_USAGE');
});

const INSTANTS = [FROM, FROM + HOUR, FROM + 2 * HOUR - STEP, FROM + 2 * HOUR, FROM + 25 * HOUR, TO - HOUR];

function expectedAt(atMs: number): Record<string, number> {
  return Object.fromEntries(
    ['webshop', 'Größe', 'intranet']
      .map((project, index) => [project, valueAt(CHANGES, index, atMs)] as const)
      .filter(([, value]) => !Number.isNaN(value)),
  );
}

describe.skipIf(!PROMETHEUS_IS_HERE)('into Prometheus (skipped without prometheus and promtool)', () => {
  const RECEIVER = ['--web.enable-remote-write-receiver'];
  const WINDOW = 'storage: {tsdb: {out_of_order_time_window: 3d}}\n';

  test('beside newer samples, with an out-of-order window; it goes down midway', async () => {
    const folder = await folderWith({});
    const server = await startPrometheus(folder, { flags: RECEIVER, config: WINDOW });
    await send(`${server.url}/api/v1/write`, {
      series: seriesNamed('live'),
      changes: [{ atMs: NOW - STEP, series: 0, value: 1 }],
    });
    const gate = await startGate(server.port);
    onTestFinished(() => gate.close());
    const stateFile = join(await folderWith({}), 'state.json');
    const sending = send(gate.through(`${server.url}/api/v1/write`), {
      stateFile,
      limits: { samples: 10, bytes: 10_000 },
    });
    while (!(await readFile(stateFile).catch(() => undefined))) await sleep(2);
    await gate.shut();
    await sleep(300);
    await gate.open();
    expect((await sending).printed).toContain('trying again');
    for (const atMs of INSTANTS) {
      expect(await server.valuesAt('team_items{project!="live"}', atMs)).toEqual(expectedAt(atMs));
    }
    const counted = await server.valuesAt('count_over_time(team_items{project="webshop"}[31h])', TO);
    expect(counted).toEqual({ webshop: STEPS });
  });

  test('beside newer samples, without a window', async () => {
    const server = await startPrometheus(await folderWith({}), { flags: RECEIVER });
    const url = `${server.url}/api/v1/write`;
    await send(url, { toMs: TO, changes: [{ atMs: TO - HOUR, series: 0, value: 1 }] });
    const error = await errorOf(send(url));
    expect(error.code).toBe('BACKFILL_RECEIVER');
    expect(error.message).toMatch(/answers 400: out of \w+.*out_of_order_time_window: 3d/);
  });

  test('whose receiver is not enabled', async () => {
    const server = await startPrometheus(await folderWith({}));
    const error = await errorOf(send(`${server.url}/api/v1/write`));
    expect(error.message).toContain('start Prometheus with --web.enable-remote-write-receiver');
  });
});

test.skipIf(!isInstalled('victoria-metrics'))(
  'past the retention of VictoriaMetrics (skipped without victoria-metrics)',
  async () => {
    const server = await startVictoriaMetrics('1d');
    const error = await errorOf(send(`${server.url}/api/v1/write`));
    expect(error.code).toBe('BACKFILL_RETENTION');
    expect(error.message).toContain('-retentionPeriod=3d');
  },
);

test.skipIf(!isInstalled('victoria-metrics'))(
  'into VictoriaMetrics (skipped without victoria-metrics)',
  async () => {
    const server = await startVictoriaMetrics();
    await send(`${server.url}/api/v1/write`);
    await fetch(`${server.url}/internal/force_flush`);
    // It shows what it has taken series by series.
    for (const atMs of INSTANTS)
      await eventually(async () =>
        expect(await server.valuesAt('team_items', atMs)).toEqual(expectedAt(atMs)),
      );
    const counted = await server.valuesAt('count_over_time(team_items{project="webshop"}[31h])', TO);
    expect(counted).toEqual({ webshop: STEPS });
  },
);
