import { type ChildProcess, fork } from 'node:child_process';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { formatTable } from '../../src/main/table.js';
import { measureMemory } from './memory.js';
import type { Usage } from './subject.js';

const MODES = ['bugflow', 'bugflow with login', 'fixed', 'prom-client'] as const;
type Mode = (typeof MODES)[number];
const SIZES = [1000, 10_000, 50_000];
const ROUNDS = 3;

interface Result {
  readonly latencyMs: number;
  readonly cpuMs: number;
  readonly bytes: number;
}

/** Latency and processor time of a scrape, compared with servers that send a fixed buffer, or render each time. */
export async function benchScrape(): Promise<void> {
  process.stdout.write(
    'Scrape: one scrape after another over one connection; medians of interleaved rounds.\n\n',
  );
  const rows: string[][] = [];
  const notes: string[] = [];
  for (const series of SIZES) {
    const subjects = new Map<Mode, { child: ChildProcess; port: number }>();
    try {
      for (const mode of MODES) subjects.set(mode, await startSubject(mode, series));
      for (const gzip of [false, true]) {
        const results = await measureAll(subjects, gzip, scrapesFor(series));
        const fixed = results.get('fixed');
        for (const [mode, result] of results) {
          rows.push([
            String(series),
            gzip ? 'gzip' : 'plain',
            mode,
            `${(result.bytes / 1024).toFixed(0)} kB`,
            `${result.latencyMs.toFixed(2)} ms`,
            ratio(result.latencyMs, fixed?.latencyMs),
            `${result.cpuMs.toFixed(2)} ms`,
            ratio(result.cpuMs, fixed?.cpuMs),
          ]);
        }
      }
      const bugflow = subjects.get('bugflow');
      if (bugflow) notes.push(await measureCollecting(bugflow, series));
    } finally {
      for (const { child } of subjects.values()) child.disconnect();
    }
  }
  for (const line of formatTable(
    ['series', 'body', 'server', 'size', 'latency', '× fixed', 'cpu', '× fixed'],
    rows,
  ))
    process.stdout.write(`${line}\n`);
  process.stdout.write(`\n${notes.join('\n')}\n${await measureMemory()}\n`);
}

function scrapesFor(series: number): number {
  return Math.max(50, Math.round(400_000 / series / 2));
}

async function startSubject(mode: Mode, series: number): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(fileURLToPath(new URL('./subject.ts', import.meta.url)), [mode, String(series)], {
    execArgv: ['--import', 'tsx'],
  });
  const { port } = await answer<{ port: number }>(child);
  return { child, port };
}

function answer<T>(child: ChildProcess, question?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`a server of the bench ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
    if (question !== undefined) child.send(question);
  });
}

async function measureAll(
  subjects: ReadonlyMap<Mode, { child: ChildProcess; port: number }>,
  gzip: boolean,
  scrapes: number,
): Promise<Map<Mode, Result>> {
  const rounds = new Map<Mode, Result[]>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [mode, { child, port }] of subjects) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await answer<Usage>(child, 'measure');
      const latencies: number[] = [];
      let bytes = 0;
      for (let i = 0; i < scrapes; i++) {
        const startedAt = performance.now();
        bytes = await scrape(port, agent, gzip);
        latencies.push(performance.now() - startedAt);
      }
      const usage = await answer<Usage>(child, 'measure');
      agent.destroy();
      // The first round warms up.
      if (round > 0)
        rounds.set(mode, [
          ...(rounds.get(mode) ?? []),
          { latencyMs: median(latencies), cpuMs: usage.cpuMs / scrapes, bytes },
        ]);
    }
  }
  return new Map(
    [...rounds].map(([mode, results]) => [
      mode,
      {
        latencyMs: median(results.map((r) => r.latencyMs)),
        cpuMs: median(results.map((r) => r.cpuMs)),
        bytes: results[0]?.bytes ?? 0,
      },
    ]),
  );
}

/** How long the event loop was blocked while the collector ran and scrapes came in. */
async function measureCollecting(
  { child, port }: { child: ChildProcess; port: number },
  series: number,
): Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await answer<Usage>(child, 'measure');
  let collecting = true;
  const scraping = (async () => {
    while (collecting) await scrape(port, agent, true);
  })();
  const startedAt = performance.now();
  for (let i = 0; i < 3; i++) await answer(child, 'collect');
  const tookMs = (performance.now() - startedAt) / 3;
  collecting = false;
  await scraping;
  const usage = await answer<Usage>(child, 'measure');
  agent.destroy();
  return `${series} series: a collector's run takes ${tookMs.toFixed(0)} ms under scrapes, the event loop stands still for ${usage.longestBlockMs.toFixed(0)} ms at most, resident memory ${usage.rssMb.toFixed(0)} MB.`;
}

function scrape(port: number, agent: Agent, gzip: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    get(
      {
        host: '127.0.0.1',
        port,
        path: '/metrics',
        agent,
        auth: 'bench:bench',
        headers: gzip ? { 'accept-encoding': 'gzip' } : {},
      },
      (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () => resolve(bytes));
        response.on('error', reject);
      },
    ).on('error', reject);
  });
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function ratio(value: number, base: number | undefined): string {
  return base === undefined ? '' : `${(value / base).toFixed(2)}×`;
}
