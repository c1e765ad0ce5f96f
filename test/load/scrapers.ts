import { createHash } from 'node:crypto';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type ParsedFormat, parseExposition } from '../support/exposition-parser.js';
import { generationsIn } from './generations.js';

/*
 * Many scrapers in a process of their own: `scrapers.ts ADDRESS COUNT SECONDS`. Every body that differs from those
 * before is looked at as a whole. Sends what came of it to the parent.
 */
export interface ScrapersReport {
  readonly scrapes: number;
  readonly bodies: number;
  readonly bytes: number;
  readonly latencyMs: { readonly median: number; readonly p99: number; readonly max: number };
  /** How often a scraper saw a collector at an older generation than in its scrape before. */
  readonly backwards: number;
  readonly failures: readonly string[];
}

/** From the end of one scrape to the begin of the next. */
const PAUSE_MS = 800;

const [address = '', count = '0', seconds = '0'] = process.argv.slice(2);
const endsAt = performance.now() + Number(seconds) * 1000;
const generationsOf = new Map<string, readonly number[]>();
const latencies: number[] = [];
const failures: string[] = [];
let families: ReadonlySet<string> = new Set();
let bytes = 0;
let backwards = 0;

function look(body: Buffer, format: ParsedFormat): readonly number[] {
  const digest = createHash('sha1').update(body).digest('base64');
  const known = generationsOf.get(digest);
  if (known) return known;
  const parsed = parseExposition(body.toString('utf8'), format);
  const names = new Set(parsed.map(({ name }) => name.replace(/_total$/, '')));
  for (const name of families) if (!names.has(name)) throw new Error(`${name} is missing`);
  families = new Set([...families, ...names]);
  const generations = generationsIn(parsed);
  generationsOf.set(digest, generations);
  return generations;
}

function scrape(agent: Agent, format: ParsedFormat, gzip: boolean): Promise<Buffer> {
  const headers = {
    accept: format === 'openmetrics' ? 'application/openmetrics-text;version=1.0.0' : 'text/plain',
    ...(gzip ? { 'accept-encoding': 'gzip' } : {}),
  };
  return new Promise((resolve, reject) => {
    get(`${address}/metrics`, { agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const raw = Buffer.concat(chunks);
        bytes += raw.length;
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        else if (!response.complete || raw.length !== Number(response.headers['content-length']))
          reject(new Error(`${raw.length} bytes of ${response.headers['content-length']}`));
        else resolve(gzip ? gunzipSync(raw) : raw);
      });
    }).on('error', reject);
  });
}

async function scraper(index: number): Promise<void> {
  // Some come anew each time, as curl does.
  const agent = new Agent({ keepAlive: index % 5 !== 0, maxSockets: 1 });
  const format = index % 2 === 0 ? 'text' : 'openmetrics';
  const gzip = index % 4 < 2;
  let before: readonly number[] = [];
  await sleep((index / Number(count)) * PAUSE_MS);
  while (performance.now() < endsAt) {
    const startedAt = performance.now();
    try {
      const body = await scrape(agent, format, gzip);
      latencies.push(performance.now() - startedAt);
      const generations = look(body, format);
      if (generations.some((generation, i) => generation < (before[i] ?? 0))) backwards += 1;
      before = generations;
    } catch (error) {
      failures.push(`scraper ${index}: ${error instanceof Error ? error.message : String(error)}`);
    }
    await sleep(PAUSE_MS);
  }
  agent.destroy();
}

await Promise.all(Array.from({ length: Number(count) }, (_, index) => scraper(index)));
latencies.sort((a, b) => a - b);
const at = (ratio: number): number => latencies[Math.floor((latencies.length - 1) * ratio)] ?? Number.NaN;
const report: ScrapersReport = {
  scrapes: latencies.length,
  bodies: generationsOf.size,
  bytes,
  latencyMs: { median: at(0.5), p99: at(0.99), max: at(1) },
  backwards,
  failures,
};
process.send?.(report, () => process.disconnect());
