import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runBackfill } from '../../src/backfill/backfill.js';
import type { Change, Series } from '../../src/backfill/timeline.js';
import { renderLabels } from '../../src/collectors/labels.js';
import { errorOf, folderWith } from '../unit/helpers.js';
import { arbitraryChanges, seriesNamed, timelineOf, valueAt } from './timelines.js';

const HOUR = 3_600_000;
const BLOCK = 162 * HOUR;
const NOW = Date.UTC(2026, 5, 1);
/** 5-minute steps go into blocks of 162 hours. */
const FROM = Math.floor(Date.UTC(2026, 0, 1) / BLOCK) * BLOCK + BLOCK - 2 * HOUR;
const RANGE = { fromMs: FROM, toMs: FROM + 5 * HOUR, stepMs: HOUR / 12, nowMs: NOW };

async function write(
  out: string,
  series: readonly Series[],
  changes: readonly Change[],
  change: Partial<typeof RANGE & { includeRecent: boolean }> = {},
): Promise<string[]> {
  const printed: string[] = [];
  await runBackfill(timelineOf(series, changes), {
    ...RANGE,
    ...change,
    target: { out },
    print: (line) => void printed.push(line),
  });
  return printed;
}

/** All samples of a folder: the series' text, then `time value`. */
async function read(folder: string): Promise<Map<string, Map<number, number>>> {
  const samples = new Map<string, Map<number, number>>();
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.om')).sort()) {
    const text = await readFile(join(folder, name), 'utf8');
    const lines = text.split('\n');
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
    for (const line of lines.slice(0, -2)) {
      const [, series = '', value, seconds] = /^(\S+?\{.*\}) (\S+) (\d+)$/.exec(line) ?? [];
      const own = samples.get(series) ?? new Map<number, number>();
      samples.set(series, own);
      expect(own.has(Number(seconds))).toBe(false);
      own.set(Number(seconds), Number(value?.replace('Inf', 'Infinity')));
    }
  }
  return samples;
}

test('files hold exactly the samples of the steps', async () => {
  const series = seriesNamed('plain', 'Größe', 'with "quotes" and \\', '日本');
  const folder = await folderWith({});
  const history = arbitraryChanges({ series: 4, fromMs: FROM - HOUR, toMs: FROM + 6 * HOUR });
  await fc.assert(
    fc.asyncProperty(history, async (changes) => {
      fc.pre(series.some((_, index) => !Number.isNaN(valueAt(changes, index, FROM))));
      await write(folder, series, changes);
      const samples = await read(folder);
      for (const [index, { name, labels }] of series.entries()) {
        const expected = new Map<number, number>();
        for (let atMs = RANGE.fromMs; atMs <= RANGE.toMs; atMs += RANGE.stepMs) {
          const value = valueAt(changes, index, atMs);
          if (!Number.isNaN(value)) expected.set(atMs / 1000, value);
        }
        expect(samples.get(`${name}${renderLabels(labels)}`) ?? new Map()).toEqual(expected);
      }
    }),
    { numRuns: 30 },
  );
});

test('a file per block, whose name says where it begins, and a manifest', async () => {
  const folder = join(await folderWith({}), 'new', 'folder');
  const printed = await write(folder, seriesNamed('a'), [{ atMs: 0, series: 0, value: 3 }]);
  const stamp = (ms: number): string => `${new Date(ms).toISOString().replace(/[-:]|\.000/g, '')}.om`;
  const border = FROM + 2 * HOUR;
  expect((await readdir(folder)).sort()).toEqual(
    [stamp(border - BLOCK), stamp(border), 'manifest.json'].sort(),
  );
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
  expect(manifest).toMatchObject({
    from: new Date(FROM).toISOString(),
    step_seconds: 300,
    block_hours: 162,
    done: true,
    series: 1,
    samples: 61,
    files: [{ samples: 24, to: new Date(border - RANGE.stepMs).toISOString() }, { samples: 37 }],
  });
  expect(printed.join('\n')).toContain(
    `promtool tsdb create-blocks-from openmetrics --quiet --max-block-duration=162h "$file" ${folder}-blocks`,
  );
  expect(printed.join('\n')).toContain('--storage.tsdb.retention.time=');
});

test.each([
  ['15s', 15_000, '6h'],
  ['1m', 60_000, '54h'],
  ['5m', 300_000, '162h'],
  ['1h', HOUR, '486h'],
])('steps of %s are cut into blocks that promtool can make', async (_, stepMs, length) => {
  const folder = await folderWith({});
  const changes = [{ atMs: 0, series: 0, value: 3 }];
  const printed = await write(folder, seriesNamed('a'), changes, { stepMs, toMs: FROM + HOUR });
  expect(printed.join('\n')).toContain(`--max-block-duration=${length} `);
});

test('the last three hours are left to Prometheus, unless they are wanted', async () => {
  const folder = await folderWith({});
  const nowMs = FROM + 4 * HOUR + 1;
  const changes = [{ atMs: 0, series: 0, value: 3 }];
  const last = async (): Promise<number> =>
    Math.max(...([...(await read(folder)).values()][0]?.keys() ?? []));
  expect((await write(folder, seriesNamed('a'), changes, { nowMs })).join('\n')).toContain(
    'the last 3 hours',
  );
  expect(await last()).toBe((FROM + HOUR) / 1000);
  const fresh = await folderWith({});
  await write(fresh, seriesNamed('a'), changes, { nowMs, includeRecent: true });
  expect(Math.max(...([...(await read(fresh)).values()][0]?.keys() ?? []))).toBe((FROM + 4 * HOUR) / 1000);
  const error = await errorOf(
    write(await folderWith({}), seriesNamed('a'), changes, { nowMs: FROM + 2 * HOUR }),
  );
  expect(error.code).toBe('BACKFILL_USAGE');
});

test('the same backfill again begins anew; nothing is doubled', async () => {
  const folder = await folderWith({});
  await write(folder, seriesNamed('a'), [{ atMs: 0, series: 0, value: 3 }]);
  await writeFile(join(folder, '20200101T000000Z.om.part'), 'left by a crash');
  await write(folder, seriesNamed('a'), [{ atMs: 0, series: 0, value: 4 }]);
  expect([...(await read(folder)).values()].flatMap((own) => [...own.values()])).toEqual(Array(61).fill(4));
  expect((await readdir(folder)).length).toBe(3);
});

test('it stops midway: no file that is not whole, and the manifest says so', async () => {
  const folder = await folderWith({});
  const changes = Array.from({ length: 20 }, (_, i) => ({
    atMs: FROM + i * HOUR * 0.25,
    series: 0,
    value: i,
  }));
  const timeline = timelineOf(seriesNamed('a'), changes, {
    onBatch(number) {
      if (number === 5) throw new Error('the database is lost');
    },
  });
  await expect(
    runBackfill(timeline, { ...RANGE, target: { out: folder }, print: () => undefined }),
  ).rejects.toThrow('the database is lost');
  const files = (await readdir(folder)).filter((name) => name !== 'manifest.json');
  expect(files.every((name) => name.endsWith('.om'))).toBe(true);
  expect(files.length).toBe(1);
  expect(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')).done).toBe(false);
});

test.each([
  ['foreign files', { 'notes.txt': 'mine' }, 'is not empty'],
  ['a foreign manifest', { 'manifest.json': '{"name": "web app"}' }, 'is not empty'],
  ['a manifest that is damaged', { 'manifest.json': '{"tool": ' }, 'is not empty'],
])('a folder with %s is refused and left alone', async (_, files, message) => {
  const folder = await folderWith(files);
  const error = await errorOf(write(folder, seriesNamed('a'), [{ atMs: 0, series: 0, value: 3 }]));
  expect(error.code).toBe('BACKFILL_OUTPUT');
  expect(error.message).toContain(message);
  expect(await readdir(folder)).toEqual(Object.keys(files));
});

test('a folder with another backfill, or with something beside it, is refused', async () => {
  const folder = await folderWith({});
  const changes = [{ atMs: 0, series: 0, value: 3 }];
  await write(folder, seriesNamed('a'), changes);
  const other = await errorOf(write(folder, seriesNamed('a'), changes, { stepMs: HOUR }));
  expect(other.message).toContain('every 300s: choose another folder');
  await writeFile(join(folder, 'notes.txt'), 'mine');
  const beside = await errorOf(write(folder, seriesNamed('a'), changes));
  expect(beside.message).toContain('"notes.txt", which does not belong to it');
});

test('a file in the place of the folder', async () => {
  const folder = await folderWith({ file: '' });
  const error = await errorOf(
    write(join(folder, 'file'), seriesNamed('a'), [{ atMs: 0, series: 0, value: 3 }]),
  );
  expect(error).toMatchObject({ code: 'BACKFILL_OUTPUT' });
  expect(error.message).toContain('must be a folder');
});

test.skipIf(process.platform !== 'linux')('a folder that may not be written', async () => {
  // Not even root may make one there.
  const error = await errorOf(write('/sys/backfill', seriesNamed('a'), [{ atMs: 0, series: 0, value: 3 }]));
  expect(error.code).toBe('BACKFILL_OUTPUT');
  expect(error.message).toContain('/sys/backfill: may not be written by user');
});

test('a past without anything is told of', async () => {
  const error = await errorOf(write(await folderWith({}), [], []));
  expect(error.code).toBe('BACKFILL_USAGE');
  expect(error.message).toContain('nothing happened until');
});
