import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runBackfill } from '../../src/backfill/backfill.js';
import type { Change, Series } from '../../src/backfill/timeline.js';
import { NO_LABELS } from '../../src/collectors/labels.js';
import { errorOf, folderWith } from '../unit/helpers.js';
import { PROMETHEUS_IS_HERE, startPrometheus } from './servers.js';
import { busyChanges, seriesNamed, timelineOf, valueAt } from './timelines.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BLOCK = 162 * HOUR;
const STEP = 5 * 60_000;
const NOW = Math.floor(Date.now() / STEP) * STEP;
/** A bit over two blocks, a year ago. */
const FROM = Math.floor((NOW - 365 * DAY) / BLOCK) * BLOCK + BLOCK - 10 * HOUR;
const TO = FROM + BLOCK + 20 * HOUR;
const LONG_RETENTION = ['--storage.tsdb.retention.time=100y'];

const SERIES: Series[] = seriesNamed('webshop', 'Größe', 'with "quotes"');
const CHANGES: Change[] = [
  { atMs: FROM - DAY, series: 0, value: 5 },
  { atMs: FROM + HOUR, series: 1, value: 0.5 },
  { atMs: FROM + 9 * HOUR, series: 0, value: 6 },
  // Exactly where one block ends and the next begins.
  { atMs: FROM + 10 * HOUR, series: 2, value: 1e21 },
  { atMs: FROM + 12 * HOUR + 1, series: 0, value: 7 },
  { atMs: FROM + 40 * HOUR, series: 1, value: Number.NaN },
  { atMs: FROM + BLOCK + 11 * HOUR, series: 1, value: -3 },
];
const INSTANTS = [
  FROM,
  FROM + HOUR - 1000,
  FROM + HOUR,
  FROM + 10 * HOUR - STEP,
  FROM + 10 * HOUR - 1000,
  FROM + 10 * HOUR,
  FROM + 10 * HOUR + STEP + 1000,
  FROM + 12 * HOUR,
  FROM + 12 * HOUR + STEP,
  FROM + 45 * HOUR,
  FROM + 10 * HOUR + BLOCK - STEP,
  FROM + 10 * HOUR + BLOCK + HOUR,
  TO,
];
const NAMES = ['webshop', 'Größe', 'with "quotes"'];

interface Wishes {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly promtool?: boolean;
  readonly prometheusUrl?: string;
  readonly series?: readonly Series[];
  readonly changes?: readonly Change[];
  readonly onBatch?: (number: number) => void;
}

async function backfill(folder: string, wishes: Wishes = {}): Promise<{ blocks: string[]; printed: string }> {
  const { fromMs = FROM, toMs = TO, promtool, prometheusUrl, series = SERIES, changes = CHANGES } = wishes;
  const printed: string[] = [];
  const { written } = await runBackfill(
    timelineOf(series, changes, wishes.onBatch ? { onBatch: wishes.onBatch } : {}),
    {
      fromMs,
      toMs,
      stepMs: STEP,
      nowMs: NOW,
      target: { prometheusData: folder, promtool, prometheusUrl },
      print: (line) => void printed.push(line),
    },
  );
  return { blocks: [...written], printed: printed.join('\n') };
}

async function dataFolder(): Promise<string> {
  return folderWith({ 'wal/00000000': '', 'chunks_head/000001': '' });
}

/** What PromQL must say: the last step's values, as long as that is not older than 5 minutes. */
function expectedAt(atMs: number): Record<string, number> {
  const stepMs = FROM + Math.floor((atMs - FROM) / STEP) * STEP;
  return Object.fromEntries(
    NAMES.map((name, index) => [name, valueAt(CHANGES, index, stepMs)] as const).filter(
      ([, value]) => !Number.isNaN(value),
    ),
  );
}

async function dump(folder: string): Promise<string> {
  await mkdir(join(folder, 'wal'), { recursive: true });
  const args = ['tsdb', 'dump', '--min-time=0', '--max-time=99999999999999', folder];
  return execFileSync('promtool', args, {
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();
}

describe.skipIf(!PROMETHEUS_IS_HERE)('with Prometheus (skipped without prometheus and promtool)', () => {
  test.each([false, true])('PromQL finds the past (by promtool: %s)', async (promtool) => {
    const folder = await folderWith({});
    const server = await startPrometheus(folder, { flags: LONG_RETENTION });
    const { blocks } = await backfill(folder, { promtool, prometheusUrl: server.url });
    await server.stop();
    expect(blocks).toHaveLength(3);

    const again = await startPrometheus(folder, { flags: LONG_RETENTION });
    for (const atMs of INSTANTS) {
      expect(await again.valuesAt('team_items', atMs), new Date(atMs).toISOString()).toEqual(
        expectedAt(atMs),
      );
    }
    expect(await again.valuesAt('team_items', FROM - 1000)).toEqual({});
    expect(await again.valuesAt('team_items', TO + STEP + 1000)).toEqual({});
    const steps = (TO - FROM) / STEP + 1;
    const counted = await again.valuesAt('count_over_time(team_items{project="webshop"}[200h])', TO);
    expect(counted).toEqual({ webshop: steps });

    // Once more: refused, and nothing is doubled.
    const error = await errorOf(backfill(folder, { promtool }));
    expect(error.code).toBe('BACKFILL_OUTPUT');
    expect(error.message).toContain('is there already');
    expect(await again.valuesAt('count_over_time(team_items{project="webshop"}[200h])', TO)).toEqual({
      webshop: steps,
    });
  });

  test('our blocks hold what promtool puts into its own, and are sound to it', async () => {
    const series = seriesNamed(
      ...Array.from({ length: 60 }, (_, i) => `project ${i % 7 === 0 ? 'ü' : ''}${i}`),
    );
    const changes = busyChanges({ series: 60, fromMs: FROM, toMs: TO, changes: 3000 });
    const dumps: string[] = [];
    for (const promtool of [false, true]) {
      const folder = await dataFolder();
      await backfill(folder, { promtool, series, changes });
      await rm(join(folder, 'wal', '00000000'));
      dumps.push(await dump(folder));
      const list = execFileSync('promtool', ['tsdb', 'list', folder]).toString();
      expect(list.trim().split('\n')).toHaveLength(4);
    }
    expect(dumps[0]?.split('\n').length).toBe(60 * ((TO - FROM) / STEP + 1) + 1);
    expect(dumps[0] === dumps[1]).toBe(true);
  });

  test('the commands that are printed after writing files do what they say', async () => {
    const folder = await folderWith({});
    const files = join(folder, "a team's files");
    const data = join(folder, 'data');
    await mkdir(data);
    const printed: string[] = [];
    await runBackfill(timelineOf(SERIES, CHANGES), {
      fromMs: FROM,
      toMs: TO,
      stepMs: STEP,
      nowMs: NOW,
      target: { out: files },
      print: (line) => void printed.push(line),
    });
    const script = printed
      .slice(0, -1)
      .map((line) => line.replace(/^DATA=.*/, `DATA=${data}`))
      .join('\n');
    execFileSync('bash', ['-euc', script], { stdio: 'ignore' });
    const server = await startPrometheus(data, { flags: LONG_RETENTION });
    for (const atMs of INSTANTS) expect(await server.valuesAt('team_items', atMs)).toEqual(expectedAt(atMs));
  });

  test('retention is asked of the server, and refused when it is too short', async () => {
    const folder = await folderWith({});
    const server = await startPrometheus(folder);
    for (const prometheusUrl of [server.url, undefined]) {
      const error = await errorOf(backfill(folder, prometheusUrl === undefined ? {} : { prometheusUrl }));
      expect(error.code).toBe('BACKFILL_RETENTION');
      expect(error.message).toMatch(/keeps 15 days .* start it with --storage\.tsdb\.retention\.time=\d+d/);
    }
    expect((await readdir(folder)).filter((name) => name.startsWith('taiga'))).toEqual([]);
  });

  test('what promtool complains of is told, and nothing is left', async () => {
    const folder = await dataFolder();
    const series = [{ name: 'team items', labels: NO_LABELS }];
    const error = await errorOf(
      backfill(folder, { promtool: true, series, changes: [{ atMs: 0, series: 0, value: 1 }] }),
    );
    expect(error.code).toBe('BACKFILL_PROMTOOL');
    expect(error.message).toMatch(/promtool ended with status 1: .+/);
    expect((await readdir(folder)).sort()).toEqual(['chunks_head', 'wal']);
  });
});

test('a missing promtool is told of before anything is done', async () => {
  vi.stubEnv('PATH', '');
  onTestFinished(() => void vi.unstubAllEnvs());
  const folder = await dataFolder();
  const error = await errorOf(backfill(folder, { promtool: true }));
  expect(error.code).toBe('BACKFILL_PROMTOOL');
  expect(error.message).toContain('apt-get install prometheus');
  expect((await readdir(folder)).sort()).toEqual(['chunks_head', 'wal']);
  // Blocks that we write ourselves do not need it.
  expect((await backfill(folder)).blocks).toHaveLength(3);
});

test('blocks belong to the owner of the folder', async () => {
  const folder = await dataFolder();
  if (process.getuid?.() === 0) execFileSync('chown', ['65534:65534', folder]);
  const owner = await stat(folder);
  const { blocks, printed } = await backfill(folder);
  for (const path of [...blocks, join(blocks[0] ?? '', 'chunks', '000001'), 'taiga-bugflow-backfill.json']) {
    expect(await stat(join(folder, path))).toMatchObject({ uid: owner.uid, gid: owner.gid });
  }
  expect(printed).toContain('the retention of Prometheus is unknown here');
});

test('an earlier time may be added, an overlapping one not; removed blocks may be written anew', async () => {
  const folder = await dataFolder();
  const { blocks } = await backfill(folder);
  const changes = [{ atMs: 0, series: 0, value: 1 }];
  const earlier = { fromMs: FROM - DAY, toMs: FROM - STEP, changes };
  expect((await backfill(folder, earlier)).blocks).toHaveLength(1);
  const error = await errorOf(backfill(folder, { ...earlier, toMs: FROM }));
  expect(error.message).toContain('is there already');

  // What Prometheus made of ours by compaction counts as ours.
  const [first = '', ...others] = blocks;
  for (const block of others) await rm(join(folder, block), { recursive: true });
  const compacted = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  await mkdir(join(folder, compacted));
  await writeFile(
    join(folder, compacted, 'meta.json'),
    JSON.stringify({ ulid: compacted, compaction: { level: 2, sources: [first] } }),
  );
  await rm(join(folder, first), { recursive: true });
  expect((await errorOf(backfill(folder))).message).toContain(`(${compacted} …)`);
  await rm(join(folder, compacted), { recursive: true });
  expect((await backfill(folder)).blocks).toHaveLength(3);
});

test('what was killed while moving is completed; what was killed before is removed', async () => {
  const folder = await dataFolder();
  const { blocks } = await backfill(folder);
  const [first = '', second = ''] = blocks;
  const staged = join(folder, 'taiga-bugflow-staging', 'blocks');
  const marker = join(folder, 'taiga-bugflow-backfill.json');
  await mkdir(staged, { recursive: true });
  for (const block of [first, second]) execFileSync('mv', [join(folder, block), staged]);
  await writeFile(marker, (await readFile(marker, 'utf8')).replace('"done"', '"moving"'));
  expect((await errorOf(backfill(folder))).message).toContain('is there already');
  expect(await readdir(folder)).toEqual(expect.arrayContaining(blocks));

  await mkdir(join(staged, '01ARZ3NDEKTSV4RRFFQ69G5FAV'), { recursive: true });
  await backfill(folder, { fromMs: FROM - DAY, toMs: FROM - STEP });
  expect(await readdir(folder)).not.toContain('taiga-bugflow-staging');
  expect(await readdir(folder)).not.toContain('01ARZ3NDEKTSV4RRFFQ69G5FAV');
});

test('while another backfill is at work there', async () => {
  const folder = await dataFolder();
  await mkdir(join(folder, 'taiga-bugflow-staging'));
  await writeFile(join(folder, 'taiga-bugflow-staging', 'pid'), `${process.ppid}\n`);
  const error = await errorOf(backfill(folder));
  expect(error.message).toContain(`another backfill (process ${process.ppid}) is running`);
  expect(await readdir(folder)).toContain('taiga-bugflow-staging');
});

test.for([false, true])(
  'the database is lost midway: nothing is left (by promtool: %s, skipped without it)',
  async (promtool, { skip }) => {
    skip(promtool && !PROMETHEUS_IS_HERE);
    const folder = await dataFolder();
    const onBatch = (number: number): void => {
      if (number === 2) throw new Error('the database is lost');
    };
    await expect(backfill(folder, { promtool, onBatch })).rejects.toThrow('the database is lost');
    expect((await readdir(folder)).sort()).toEqual(['chunks_head', 'wal']);
  },
);

describe.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')(
  'on a small disk (skipped when not root)',
  () => {
    test.for([false, true])(
      'disk full: told, and nothing is left (by promtool: %s, skipped without it)',
      async (promtool, { skip }) => {
        skip(promtool && !PROMETHEUS_IS_HERE);
        const folder = await folderWith({});
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'bugflow-test', folder]);
        onTestFinished(() => void execFileSync('umount', [folder]));
        await mkdir(join(folder, 'wal'));
        const series = seriesNamed(...Array.from({ length: 3000 }, (_, i) => `project-${i}`));
        const changes = busyChanges({ series: 3000, fromMs: FROM, toMs: TO, changes: 3000 });
        const error = await errorOf(backfill(folder, { promtool, series, changes }));
        expect(error.code).toBe('BACKFILL_OUTPUT');
        expect(error.message).toContain('the disk is full');
        expect(await readdir(folder)).toEqual(['wal']);
      },
    );

    test('disk full while files are written', async () => {
      const folder = await folderWith({});
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'bugflow-test', folder]);
      onTestFinished(() => void execFileSync('umount', [folder]));
      const series = seriesNamed(...Array.from({ length: 3000 }, (_, i) => `project-${i}`));
      const changes = busyChanges({ series: 3000, fromMs: FROM, toMs: TO, changes: 3000 });
      const error = await errorOf(
        runBackfill(timelineOf(series, changes), {
          fromMs: FROM,
          toMs: TO,
          stepMs: STEP,
          nowMs: NOW,
          target: { out: folder },
          print: () => undefined,
        }),
      );
      expect(error.message).toContain('the disk is full');
      expect(await readdir(folder)).toEqual(['manifest.json']);
    });
  },
);

test('a folder with something else in it is not Prometheus’', async () => {
  const files = { 'index.html': '' };
  const folder = await folderWith(files);
  const error = await errorOf(backfill(folder));
  expect(error.code).toBe('BACKFILL_OUTPUT');
  expect(error.message).toContain("does not look like Prometheus' data folder");
  expect(await readdir(folder)).toEqual(Object.keys(files));
});

test('a folder that is not there', async () => {
  const error = await errorOf(backfill(join(await folderWith({}), 'none')));
  expect(error.message).toContain('there is no such folder');
});

describe('asking Prometheus for its retention', () => {
  async function answering(answers: Readonly<Record<string, unknown>>): Promise<string> {
    const server = createServer((request, response) => {
      const answer = answers[request.url ?? ''];
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    return `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const flags = (values: Record<string, string>): Record<string, unknown> => ({
    '/api/v1/status/flags': { data: values },
  });

  test.each([
    ['what is in force', { '/api/v1/status/runtimeinfo': { data: { storageRetention: '2y' } } }, ''],
    ['the flags', flags({ 'storage.tsdb.retention.time': '400d', 'storage.tsdb.retention.size': '0B' }), ''],
    [
      'only a size',
      flags({ 'storage.tsdb.retention.time': '0s', 'storage.tsdb.retention.size': '50GB' }),
      'keeps at most 50GB',
    ],
  ])('%s', async (_, answers, warning) => {
    const prometheusUrl = await answering(answers);
    const { printed } = await backfill(await dataFolder(), { prometheusUrl });
    expect(printed).toContain(warning);
    expect(printed.includes('warning')).toBe(warning !== '');
  });

  test.each([
    [
      'too short',
      { '/api/v1/status/runtimeinfo': { data: { storageRetention: '30d or 10GiB' } } },
      'keeps 30 days',
    ],
    ['Prometheus’ default', flags({ 'storage.tsdb.retention.time': '0s' }), 'keeps 15 days'],
    ['no Prometheus', {}, 'does not say how long it keeps its data'],
    ['something else', { '/api/v1/status/flags': { hello: 'world' } }, 'it is not a Prometheus'],
  ])('%s', async (_, answers, message) => {
    const error = await errorOf(backfill(await dataFolder(), { prometheusUrl: await answering(answers) }));
    expect(error.code).toBe('BACKFILL_RETENTION');
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('secret');
  });
});
