import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackfillTarget, runBackfill, type Summary } from '../../src/backfill/backfill.js';
import { formatBytes } from '../../src/backfill/quantities.js';
import { formatTable } from '../../src/main/table.js';
import { generateTimeline } from './timeline.js';

interface Case {
  readonly name: string;
  readonly series: number;
  readonly steps: number;
  target(folder: string): BackfillTarget;
}

const STEP_MS = 300_000;
const YEAR_OF_STEPS = 105_120;
const FROM_MS = Date.UTC(2025, 0, 1);

/** Samples per second for each target, and the time promtool takes for the files. */
export async function benchBackfill(): Promise<void> {
  process.stdout.write(
    'Backfill: 5-minute steps; one sample in two hundred differs from the one before, most series hardly change.\n\n',
  );
  const receiver = await startReceiver();
  const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
  const cases: Case[] = [
    { name: 'dry run', series: 1000, steps: 20_000, target: () => ({ dryRun: true }) },
    {
      name: 'OpenMetrics files',
      series: 1000,
      steps: 20_000,
      target: (folder) => ({ out: join(folder, 'out') }),
    },
    { name: 'blocks', series: 1000, steps: 20_000, target: (folder) => ({ prometheusData: folder }) },
    {
      name: 'blocks, a year',
      series: 4000,
      steps: YEAR_OF_STEPS,
      target: (folder) => ({ prometheusData: folder }),
    },
    { name: 'remote write', series: 1000, steps: 2000, target: () => ({ remoteWrite: receiver.url }) },
  ];
  if (hasPromtool) {
    cases.push({
      name: 'blocks by promtool',
      series: 1000,
      steps: 20_000,
      target: (folder) => ({ prometheusData: folder, promtool: true }),
    });
  }
  const rows: string[][] = [];
  for (const measured of cases) rows.push(await measure(measured));
  receiver.close();
  const header = ['target', 'series', 'steps', 'time', 'samples/s', 'on disk', 'bytes/sample', 'memory'];
  for (const line of formatTable(header, rows)) process.stdout.write(`${line}\n`);
  process.stdout.write(
    hasPromtool
      ? '\nThe receiver only counts.\n'
      : '\nThe receiver only counts; promtool is not installed.\n',
  );
}

async function measure({ name, series, steps, target }: Case): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bugflow-bench-'));
  try {
    await mkdir(join(folder, 'wal'));
    const { timeline } = generateTimeline({ series, steps, fromMs: FROM_MS, stepMs: STEP_MS });
    const toMs = FROM_MS + (steps - 1) * STEP_MS;
    const watch = watchMemory();
    const { samples, seconds }: Summary = await runBackfill(timeline, {
      fromMs: FROM_MS,
      toMs,
      stepMs: STEP_MS,
      nowMs: toMs + 86_400_000,
      target: target(folder),
      print: () => undefined,
    });
    const memoryBytes = watch.stop();
    const bytes = await bytesOf(folder);
    return [
      name,
      String(series),
      String(steps),
      `${seconds.toFixed(1)} s`,
      `${(samples / seconds / 1e6).toFixed(2)} M`,
      bytes === 0 ? '' : formatBytes(bytes),
      bytes === 0 ? '' : (bytes / samples).toFixed(2),
      formatBytes(memoryBytes),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The maximum resident memory while something runs. */
function watchMemory(): { stop(): number } {
  let most = process.memoryUsage.rss();
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}

async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

async function startReceiver(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/write`,
    close: () => void server.close(),
  };
}
