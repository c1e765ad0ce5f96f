import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runBackfill } from '../../src/backfill/backfill.js';
import { folderWith } from '../unit/helpers.js';
import { PROMETHEUS_IS_HERE, startPrometheus } from './servers.js';
import { seriesNamed, timelineOf } from './timelines.js';

const HOUR = 3_600_000;
const STEP = 5 * 60_000;
const NOW = Math.floor(Date.now() / STEP) * STEP;
const TO = NOW - 365 * 24 * HOUR;
const FROM = TO - 200 * HOUR;

// It looks for new blocks once a minute.
describe.skipIf(!PROMETHEUS_IS_HERE)('with Prometheus (skipped without prometheus and promtool)', () => {
  test('blocks moved into a server that runs are seen, whatever lies staged beside them', async () => {
    const folder = await folderWith({});
    const server = await startPrometheus(folder, { flags: ['--storage.tsdb.retention.time=100y'] });
    await mkdir(join(folder, 'taiga-bugflow-staging', 'blocks', '01ARZ3NDEKTSV4RRFFQ69G5FAV'), {
      recursive: true,
    });
    const changes = [
      { atMs: FROM, series: 0, value: 5 },
      { atMs: FROM + HOUR, series: 1, value: 0.5 },
      { atMs: FROM + 150 * HOUR, series: 0, value: 7 },
    ];
    await runBackfill(timelineOf(seriesNamed('webshop', 'Größe'), changes), {
      fromMs: FROM,
      toMs: TO,
      stepMs: STEP,
      nowMs: NOW,
      target: { prometheusData: folder },
      print: () => undefined,
    });
    await expect
      .poll(() => server.valuesAt('team_items', TO), { interval: 500 })
      .toEqual({ webshop: 7, Größe: 0.5 });
    expect(await readdir(folder)).not.toContain('taiga-bugflow-staging');
    expect(await readdir(folder)).toContain('taiga-bugflow-backfill.json');
  });
});
