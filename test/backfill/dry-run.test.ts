import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBackfill } from '../../src/backfill/backfill.js';
import { chooseBlockMs } from '../../src/backfill/block-windows.js';
import { createDryRun, type Estimate } from '../../src/backfill/dry-run.js';
import { walkSteps } from '../../src/backfill/steps.js';
import type { Change, Series } from '../../src/backfill/timeline.js';
import { errorOf, folderWith } from '../unit/helpers.js';
import { busyChanges, seriesNamed, timelineOf } from './timelines.js';

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);
const TO = FROM + 14 * DAY;
const STEP = 300_000;
const COMMON = { fromMs: FROM, toMs: TO, stepMs: STEP, nowMs: TO + 30 * DAY };
const SERIES = seriesNamed(
  ...Array.from({ length: 300 }, (_, i) => `${i % 9 === 0 ? 'Größe' : 'size'} ${i}`),
);
const CHANGES: Change[] = [
  ...busyChanges({ series: 300, fromMs: FROM, toMs: TO, changes: 5000 }),
  { atMs: TO, series: 7, value: Number.NaN },
];

async function estimateOf(series: readonly Series[], changes: readonly Change[]): Promise<Estimate> {
  const dryRun = createDryRun(series, chooseBlockMs(STEP));
  await walkSteps(timelineOf(series, changes), COMMON, dryRun);
  return dryRun.estimate();
}

async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const isMeasured = entry.name.endsWith('.om') || entry.name === 'index' || /^\d{6}$/.test(entry.name);
    if (entry.isFile() && isMeasured) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

test('the size of files is foretold exactly', async () => {
  const folder = await folderWith({});
  const { samples, written } = await runBackfill(timelineOf(SERIES, CHANGES), {
    ...COMMON,
    target: { out: folder },
    print: () => undefined,
  });
  const estimate = await estimateOf(SERIES, CHANGES);
  expect(estimate).toMatchObject({ samples, blocks: written.length, fileBytes: await bytesOf(folder) });
});

test('the size of blocks is foretold within a third', async () => {
  const folder = await folderWith({ 'wal/0': '' });
  await runBackfill(timelineOf(SERIES, CHANGES), {
    ...COMMON,
    target: { prometheusData: folder },
    print: () => undefined,
  });
  const ratio = (await estimateOf(SERIES, CHANGES)).blockBytes / (await bytesOf(folder));
  expect(ratio).toBeGreaterThan(0.75);
  expect(ratio).toBeLessThan(1.33);
});

test('it says what would be written', async () => {
  const printed: string[] = [];
  const summary = await runBackfill(timelineOf(SERIES, CHANGES), {
    ...COMMON,
    target: { dryRun: true },
    print: (line) => void printed.push(line),
  });
  expect(summary).toMatchObject({ series: 300, steps: 4033, samples: 4033 * 300 - 1, written: [] });
  expect(printed).toHaveLength(1);
  expect(printed[0]).toMatch(
    /^would write 1\.2 M samples of 300 series in 4033 steps: about \d+ kB in 3 blocks of Prometheus, or 11\d MB of/,
  );
});

test('its options are checked as ever', async () => {
  const error = await errorOf(
    runBackfill(timelineOf(SERIES, CHANGES), {
      ...COMMON,
      fromMs: TO,
      toMs: FROM,
      target: { dryRun: true },
      print: () => undefined,
    }),
  );
  expect(error.code).toBe('BACKFILL_USAGE');
});
