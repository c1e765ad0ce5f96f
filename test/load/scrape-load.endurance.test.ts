import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createFolder,
  type Folder,
  type ServiceProcess,
  scrape,
  startServiceProcess,
} from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { exampleTaiga } from '../support/fixture.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { COLLECTORS, generationCollector, generationSql } from './generations.js';
import type { ScrapersReport } from './scrapers.js';

const SCRAPERS = 200;
const SECONDS = 60;
/** The database crashes, and comes back some seconds later. */
const CRASHES_AT = [20, 38];
/** The configuration is loaded again, once while the database is away. */
const RELOADS_AT = [12, 39, 50];
const MEBIBYTE = 2 ** 20;

describe.skipIf(!hasPostgres)(
  `${SCRAPERS} scrapers for ${SECONDS} s, with two crashes of the database and three reloads (skipped without PostgreSQL on the machine)`,
  () => {
    let cluster: Cluster;
    let folder: Folder;
    let service: ServiceProcess;

    beforeAll(async () => {
      cluster = await startPostgres();
      await exampleTaiga().load(cluster);
      await cluster.query(`${generationSql}
        CREATE ROLE bugflow LOGIN PASSWORD 'only to read';
        GRANT USAGE ON SCHEMA public TO bugflow;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO bugflow;`);
      folder = createFolder();
      for (let i = 0; i < COLLECTORS; i++) folder.write(`own/${i}.yaml`, generationCollector(i));
      const config = folder.write('bugflow.yaml', 'collectors: [own/*.yaml]\n');
      const url = cluster.urlWith({ user: 'bugflow', password: 'only to read' });
      service = await startServiceProcess(['--config', config], { TAIGA_DATABASE_URL: url });
    });
    afterAll(async () => {
      service?.signal('SIGTERM');
      await service?.ended;
      await cluster?.close();
      folder?.remove();
    });

    test('no scrape fails, none is torn, and memory comes back', async () => {
      const { address } = service;
      await expect.poll(() => fetch(`${address}/-/ready`).then(({ status }) => status)).toBe(200);
      const heldMb = async (): Promise<number> => {
        const found = await scrape(address);
        const of = (name: string): number => found.value(`nodejs_${name}_bytes`) ?? Number.NaN;
        return (of('heap_size_used') + of('external_memory')) / MEBIBYTE;
      };
      const before = await heldMb();
      const writer = startWriter(cluster.url);
      const scrapers = runScrapers(address);
      const held: number[] = [];
      const databaseUp = async (): Promise<number | undefined> =>
        (await scrape(address)).value('bugflow_database_up');
      for (let second = 0; second < SECONDS; second++) {
        if (CRASHES_AT.includes(second)) {
          await cluster.stop();
          await expect.poll(databaseUp).toBe(0);
        }
        if (RELOADS_AT.includes(second)) service.signal('SIGHUP');
        await new Promise((resolve) => setTimeout(resolve, 1000));
        if (CRASHES_AT.includes(second - 2)) await cluster.start();
        held.push(await heldMb());
      }
      const report = await scrapers;
      // Each has seen the database come back.
      await eventually(async () => {
        const last = await scrape(address);
        expect(last.value('bugflow_database_up')).toBe(1);
        expect(last.value('bugflow_config_last_reload_successful')).toBe(1);
        // Of the time after the last reload.
        const runs = last.table('bugflow_collector_runs_total', ['collector'], { result: 'success' });
        for (let i = 0; i < COLLECTORS; i++) expect(runs[`generation_${i}`]).toBeGreaterThan(5);
      });
      await writer.stop();

      console.log(
        `${report.scrapes} scrapes of ${report.bodies} bodies, ${(report.bytes / 1e6).toFixed(0)} MB; ` +
          `latency median ${report.latencyMs.median.toFixed(1)} ms, p99 ${report.latencyMs.p99.toFixed(0)} ms, max ${report.latencyMs.max.toFixed(0)} ms; ` +
          `memory in use ${before.toFixed(0)} MiB, ${Math.max(...held).toFixed(0)} MiB at most; ${writer.writes()} generations`,
      );
      expect(report.failures).toEqual([]);
      expect(report.backwards).toBe(0);
      // There was something to tear, and everybody looked.
      expect(report.bodies).toBeGreaterThan(RELOADS_AT.length);
      expect(report.scrapes).toBeGreaterThanOrEqual(SCRAPERS);
      // What slow scrapers made it hold is let go when they are gone.
      await expect.poll(heldMb).toBeLessThan(before + 30);
    });
  },
);

/** Raises the generation as fast as the database takes it, whatever becomes of the database. */
function startWriter(url: string): { writes(): number; stop(): Promise<void> } {
  let writes = 0;
  let stopped = false;
  const write = async (): Promise<void> => {
    while (!stopped) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        for (; !stopped; writes++) {
          await client.query('UPDATE generation SET n = n + 1');
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  };
  const done = write();
  return {
    writes: () => writes,
    async stop() {
      stopped = true;
      await done;
    },
  };
}

function runScrapers(address: string): Promise<ScrapersReport> {
  const child = fork(
    fileURLToPath(new URL('./scrapers.ts', import.meta.url)),
    [address, `${SCRAPERS}`, `${SECONDS}`],
    {
      execArgv: ['--import', 'tsx'],
    },
  );
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as ScrapersReport));
    child.once('exit', (code) => reject(new Error(`the scrapers ended with ${code}`)));
  });
}
