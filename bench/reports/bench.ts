import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { taigaSchemaSql } from '../../src/demo/schema.js';
import { formatTable } from '../../src/main/table.js';
import { generateSql } from '../generate.js';
import { postgresPrograms, startPostgres } from '../postgres.js';
import { type BenchService, buildProgram, startService } from '../service.js';

export interface ReportsBenchOptions {
  /** A Taiga that is there; undefined: one is made up. */
  readonly database: string | undefined;
  /** How many projects are made up. */
  readonly projects: number | undefined;
  /** The slug of the project that reports are about; undefined: the first one. */
  readonly project: string | undefined;
}

const ROUNDS = 5;
const DAY_MS = 86_400_000;
const LONGEST_MS = 30 * 60_000;
/** Those that are about one project at a time; the others are measured for all projects, too. */
const OF_ONE = new Set(['sprint']);
/** Needs the number of an item. */
const LEFT_OUT = 'item';

/** How long the pages of reports take: read anew, and kept from a moment ago; and what they do to a scrape meanwhile. */
export async function benchReports({ database, projects = 10, project }: ReportsBenchOptions): Promise<void> {
  const programs = postgresPrograms();
  if (programs === undefined && database === undefined) {
    process.stdout.write('Reports: left out, there is no PostgreSQL on this machine.\n');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-bench-'));
  const postgres =
    database === undefined && programs !== undefined ? await startPostgres(programs) : undefined;
  try {
    await postgres?.query(taigaSchemaSql);
    await postgres?.query(generateSql({ projects, itemsPerProject: 200, entriesPerItem: 5 }));
    const config = join(folder, 'bugflow.yaml');
    const url = database ?? postgres?.url;
    writeFileSync(
      config,
      `database: { url: ${JSON.stringify(url)}, allow_superuser: true }\nmax_series: 1000000\n`,
    );
    const service = await startService(await buildProgram(folder), config);
    try {
      await measure(service, project);
    } finally {
      await service.close();
    }
  } finally {
    await postgres?.close();
    rmSync(folder, { recursive: true });
  }
}

async function measure({ address }: BenchService, asked: string | undefined): Promise<void> {
  await untilReady(address);
  const list = await text(`${address}/reports`);
  const names = [...list.matchAll(/href="\/reports\/([a-z_]+)"/g)].flatMap(([, name]) => name ?? []);
  const form = await text(`${address}/reports/week`);
  const project = asked ?? /<option[^>]*>([^<]+)<\/option>/.exec(form)?.[1] ?? '';
  process.stdout.write(
    `Reports: pages about the last 90 days, medians (and the longest) of ${ROUNDS} readings; and a scrape, alone and while they are read.\n\n`,
  );
  const rows: string[][] = [];
  for (const name of names.filter((each) => each !== LEFT_OUT))
    for (const about of OF_ONE.has(name) ? [project] : [project, ''])
      rows.push(await measurePage(address, name, about));
  for (const line of formatTable(
    ['report', 'project', 'page', 'anew', 'longest', 'kept', 'scrape alone', 'meanwhile', 'ratio'],
    rows,
  ))
    process.stdout.write(`${line}\n`);
}

async function measurePage(address: string, name: string, project: string): Promise<string[]> {
  const now = Date.now();
  // Nobody asked for a period that ends at just this moment before.
  const urlOf = (round: number): string =>
    `${address}/reports/${name}?${new URLSearchParams({
      ...(project !== '' && { project }),
      from: new Date(now - 90 * DAY_MS).toISOString(),
      to: new Date(now + round * 1000).toISOString(),
    })}`;
  const anew: number[] = [];
  const kept: number[] = [];
  const alone: number[] = [];
  const meanwhile: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await took(() => text(`${address}/metrics`)));
    let isReading = true;
    const reading = took(async () => {
      bytes = (await text(urlOf(round))).length;
    }).finally(() => {
      isReading = false;
    });
    while (isReading) {
      meanwhile.push(await took(() => text(`${address}/metrics`)));
      await sleep(20);
    }
    anew.push(await reading);
    kept.push(await took(() => text(urlOf(round))));
  }
  return [
    name,
    project === '' ? 'all' : project,
    `${(bytes / 1024).toFixed(0)} kB`,
    ...[median(anew), Math.max(...anew)].map((ms) => `${ms.toFixed(0)} ms`),
    ...[median(kept), median(alone), median(meanwhile)].map((ms) => `${ms.toFixed(1)} ms`),
    `${(median(meanwhile) / median(alone)).toFixed(1)}`,
  ];
}

async function untilReady(address: string): Promise<void> {
  const limit = performance.now() + LONGEST_MS;
  while ((await fetch(`${address}/reports/week`)).status === 503) {
    if (performance.now() > limit) throw new Error('the service did not finish its first reading');
    await sleep(1000);
  }
}

/** @throws Error for an answer that is none */
async function text(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { prefer: 'wait=600' } });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${body.slice(-2000)}`);
  return body;
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
