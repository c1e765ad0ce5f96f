import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { taigaSchemaSql } from '../../src/demo/schema.js';
import { changeSql, generateSql } from '../generate.js';
import { postgresPrograms, startPostgres } from '../postgres.js';
import { type BenchService, buildProgram, startService } from '../service.js';
import { collectorFiles } from './collectors.js';

const SERIES = 50_000;
const ITEMS = 10_000;
const ENTRIES_PER_ITEM = 10;
/** In each cycle everything is published again, and scraped. */
const CYCLES = 8;
const CYCLE_MS = 10_000;
const CHANGED_ITEMS = 50;

/** The memory of `serve`, as shipped, with a database and all its collectors running. */
export async function measureMemory(): Promise<string> {
  const programs = postgresPrograms();
  if (programs === undefined)
    return 'The memory of the service is left out, there is no PostgreSQL on this machine.';
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-bench-'));
  const postgres = await startPostgres(programs);
  try {
    await postgres.query(taigaSchemaSql);
    await postgres.query(
      generateSql({ projects: 1, itemsPerProject: ITEMS, entriesPerItem: ENTRIES_PER_ITEM }),
    );
    const config = writeConfig(folder, postgres.url);
    const service = await startService(await buildProgram(folder), config);
    try {
      return await measureService(service, () => postgres.query(changeSql(CHANGED_ITEMS)));
    } finally {
      await service.close();
    }
  } finally {
    await postgres.close();
    rmSync(folder, { recursive: true });
  }
}

function writeConfig(folder: string, url: string): string {
  mkdirSync(join(folder, 'collectors'));
  for (const [name, text] of Object.entries(collectorFiles(SERIES)))
    writeFileSync(join(folder, 'collectors', name), text);
  const file = join(folder, 'bugflow.yaml');
  writeFileSync(
    file,
    `collectors: [collectors/*.yaml]\ndatabase: { url: ${JSON.stringify(url)}, allow_superuser: true }\n`,
  );
  return file;
}

async function measureService({ address }: BenchService, change: () => Promise<unknown>): Promise<string> {
  let body = '';
  const resident: number[] = [];
  // Begins when all metrics are there.
  while (resident.length <= CYCLES) {
    await sleep(CYCLE_MS);
    await change();
    body = await scrape(`${address}/metrics`);
    if (resident.length > 0 || countSeries(body) >= SERIES)
      resident.push(numberIn(body, 'process_resident_memory_bytes'));
  }
  const numbers = resident.map((bytes) => (bytes / 2 ** 20).toFixed(0));
  const heap = [
    'nodejs_heap_size_used_bytes',
    'nodejs_heap_size_total_bytes',
    'nodejs_external_memory_bytes',
  ].map((name) => (numberIn(body, name) / 2 ** 20).toFixed(0));
  return `serve with ${countSeries(body)} series and ${ITEMS} items: resident memory every ${CYCLE_MS / 1000} s ${numbers.join(', ')} MB; heap ${heap[0]} of ${heap[1]} MB in use, buffers ${heap[2]} MB.`;
}

/** Requests the metrics as Prometheus does. */
async function scrape(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/openmetrics-text;version=1.0.0', 'accept-encoding': 'gzip' },
  });
  return response.text();
}

function countSeries(body: string): number {
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

function numberIn(body: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1]);
}
