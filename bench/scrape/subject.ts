import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import { hash } from '@node-rs/bcrypt';
import pino from 'pino';
import { Gauge, Registry } from 'prom-client';
import { createBackoff } from '../../src/base/backoff.js';
import { createEngine, type Engine } from '../../src/collectors/engine.js';
import { loadConfig } from '../../src/config/config.js';
import type { Database, Row } from '../../src/database/database.js';
import { createExposition, type Exposition } from '../../src/exposition/exposition.js';
import { CONTENT_TYPES } from '../../src/exposition/format.js';
import { toSampleFamily } from '../../src/exposition/sample-families.js';
import { createCronTicker } from '../../src/scheduling/cron-ticker.js';
import { createServer } from '../../src/server/server.js';
import { openWeb } from '../../src/server/web.js';
import { REQUIRED_TABLES } from '../../src/taiga/schema.js';

/*
 * One of the compared servers, in its own process so that its processor time can be measured. It gets messages from the
 * bench: 'measure' answers with the usage since the last time, 'collect' renders again.
 */
const [mode = '', seriesText = '0'] = process.argv.slice(2);
const series = Number(seriesText);
const STATUSES = 10;

export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly longestBlockMs: number;
}

/** Rows as PostgreSQL would send them, for one gauge with `series` series. */
function* rows(): Iterable<Row> {
  for (let i = 0; i < series; i++) {
    yield [
      `project-${i % 97}`,
      'userstory',
      `Status ${i % STATUSES}`,
      'active',
      String(i),
      `item number ${i}`,
      String(i * 1.5),
    ];
  }
}

const COLUMNS = ['project', 'kind', 'status', 'stage', 'ref', 'subject', 'value'];

/** A database with ready answers, so that only the service is measured. */
const rowSource: Database = {
  async read(query, onBatch) {
    const columnsOf = (names: readonly string[]) => names.map((name) => ({ name, type: 'text' as const }));
    if (query.text.includes('pg_class')) {
      onBatch(
        columnsOf(['relname']),
        REQUIRED_TABLES.map((name) => [name]),
      );
      return 0;
    }
    if (query.text.includes('pg_has_role')) {
      onBatch([], []);
      return 0;
    }
    let batch: Row[] = [];
    for (const row of rows()) {
      batch.push(row);
      if (batch.length === 1000) {
        onBatch(columnsOf(COLUMNS), batch);
        batch = [];
        await new Promise(setImmediate);
      }
    }
    onBatch(columnsOf(COLUMNS), batch);
    return 0;
  },
  readTogether: async () => undefined,
  generation: () => 0,
  close: async () => undefined,
};

async function createBugflow(): Promise<{ engine: Engine; exposition: Exposition }> {
  const exposition = await createExposition();
  const place = { file: 'bench.yaml', line: 1 };
  const config = await loadConfig({
    file: undefined,
    env: { TAIGA_DATABASE_URL: 'postgres://bench@127.0.0.1/bench' },
  });
  const engine = createEngine({
    config,
    library: {
      relations: { resolve: () => [], has: () => true },
      asRead: [],
      refused: [],
      collectors: [
        {
          name: 'bench',
          description: 'bench',
          file: 'bench.yaml',
          shipped: true,
          schedule: '0 0 1 1 *',
          timeoutMs: 60_000,
          staleAfterMs: 60_000,
          maxSeries: series,
          maxLabelBytes: 1000,
          requires: [],
          relations: [],
          relationsPlace: place,
          spans: undefined,
          events: undefined,
          zeros: undefined,
          now: { text: 'SELECT 1', file: 'bench.yaml', line: 1 },
          metrics: [
            {
              name: 'taiga_bench_items',
              type: 'gauge',
              help: 'Items of the bench.',
              labels: COLUMNS.slice(0, -1),
              value: 'value',
              buckets: [],
              place,
            },
          ],
        },
      ],
    },
    database: rowSource,
    createTicker: createCronTicker,
    retryDelayMs: createBackoff(),
    publish: (collector, families) => exposition.publish(collector, families.map(toSampleFamily)),
    withdraw: (collector) => exposition.withdraw(collector),
    onChange: () => undefined,
    onProgress: () => undefined,
    onVerified: () => undefined,
    onCircuit: () => undefined,
    onFileRights: () => undefined,
    onTimeZone: () => undefined,
  });
  return { engine, exposition };
}

async function listen(): Promise<{ port: number; collect: () => Promise<void> }> {
  if (mode === 'prom-client') {
    const registry = new Registry();
    const gauge = new Gauge({
      name: 'taiga_bench_items',
      help: 'Items of the bench.',
      labelNames: COLUMNS.slice(0, -1),
      registers: [registry],
    });
    for (const row of rows()) gauge.labels(...row.slice(0, -1).map(String)).set(Number(row.at(-1)));
    const compress = promisify<Buffer, Buffer>(gzip);
    const server = createHttpServer(async (request, response) => {
      const text = await registry.metrics();
      const zipped = request.headers['accept-encoding'] === 'gzip';
      const body = zipped ? await compress(Buffer.from(text)) : Buffer.from(text);
      response
        .writeHead(200, {
          'content-type': registry.contentType,
          'content-length': body.length,
          ...(zipped ? { 'content-encoding': 'gzip' } : {}),
        })
        .end(body);
    });
    return { port: await portOf(server), collect: async () => undefined };
  }

  const { engine, exposition } = await createBugflow();
  const collect = async (): Promise<void> => {
    await engine.runners[0]?.run();
  };
  await collect();

  if (mode === 'fixed') {
    const plain = exposition.body('text', false);
    const zipped = exposition.body('text', true);
    if (!gunzipSync(zipped).equals(plain)) throw new Error('the bodies differ');
    const server = createHttpServer((request, response) => {
      const gzipped = request.headers['accept-encoding'] === 'gzip';
      const body = gzipped ? zipped : plain;
      response
        .writeHead(200, {
          'content-type': CONTENT_TYPES.text,
          'content-length': body.length,
          ...(gzipped ? { 'content-encoding': 'gzip' } : {}),
        })
        .end(body);
    });
    return { port: await portOf(server), collect };
  }

  const log = pino({ level: 'silent' });
  const configFile = mode === 'bugflow with login' ? await writeWebFile() : undefined;
  const server = createServer({
    exposition,
    routes: [],
    waitingFor: () => [],
    reload: undefined,
    web: await openWeb({ configFile, maxConnections: 512 }, { log }),
    log,
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  return { port: (server.server.address() as AddressInfo).port, collect };
}

/** Has the one user as whom the bench logs in. */
async function writeWebFile(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'web.yaml');
  writeFileSync(file, `basic_auth_users: { bench: '${await hash('bench', 10)}' }\n`);
  return file;
}

function portOf(server: ReturnType<typeof createHttpServer>): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

const delays = monitorEventLoopDelay({ resolution: 1 });
const { port, collect } = await listen();
delays.enable();
let cpu = process.cpuUsage();
process.on('message', (message) => {
  if (message === 'collect') void collect().then(() => process.send?.('collected'));
  if (message === 'measure') {
    const used = process.cpuUsage(cpu);
    const usage: Usage = {
      cpuMs: (used.user + used.system) / 1000,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
      longestBlockMs: delays.max / 1e6,
    };
    cpu = process.cpuUsage();
    delays.reset();
    process.send?.(usage);
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
