import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Service, startService } from '../../src/main/service.js';
import { bugflow, createFolder, type Folder, scrape } from '../support/bugflow.js';
import { exampleTaiga } from '../support/fixture.js';
import { Metrics } from '../support/measure.js';
import { queryOnce, startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { SHIPPED_FOLDER } from '../unit/helpers.js';

const OWN = `collector: own
description: A test's own.
schedule: '* * * * * *'
relations: [project]
metrics:
  - { name: own_tags_total, type: counter, help: Tags., labels: [project, tag] }
  - { name: own_tag_seconds, type: histogram, help: Tags., labels: [project, tag], value: seconds, buckets: [10] }
events: |
  SELECT 'issues.issue:' || i.id AS key, i.created_date AS at, p.project, tag, 12.5 AS seconds
  FROM issues_issue AS i
  JOIN project AS p USING (project_id)
  CROSS JOIN unnest(i.tags) AS tag
`;

/** PGlite is one session: nobody else is to use it. */
const OTHERS_OFF = readdirSync(SHIPPED_FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => `${name.replace('.yaml', '')}: { enabled: false }`)
  .join(', ');

describe('a counter that appears', () => {
  let server: TestPostgres;
  let folder: Folder;

  beforeAll(async () => {
    server = await startEitherPostgres();
    await exampleTaiga().load(server);
  });
  afterAll(() => server?.close());
  beforeEach(async () => {
    folder = createFolder();
    folder.write('own.yaml', OWN);
    await tagAll('');
    await tag('first');
  });
  afterEach(() => folder.remove());

  const tagAll = (text: string): Promise<unknown> =>
    queryOnce(server.url, `UPDATE issues_issue SET tags = string_to_array('${text}', ',')`);
  const tag = (name: string): Promise<unknown> =>
    queryOnce(
      server.url,
      `UPDATE issues_issue SET tags = tags || '${name}'::text WHERE id = (SELECT min(id) FROM issues_issue)`,
    );
  const configure = (more: string): string =>
    folder.write('bugflow.yaml', `collectors: [./own.yaml]\ndatabase: { allow_superuser: true }\n${more}`);
  const linesOf = (metrics: Metrics, name: string): (number | undefined)[] => [
    metrics.value('own_tags_total', { tag: name }),
    metrics.value('own_tag_seconds_bucket', { tag: name, le: '+Inf' }),
    metrics.value('own_tag_seconds_sum', { tag: name }),
  ];
  const NONE = [undefined, undefined, undefined];
  const ZERO = [0, 0, 0];
  const ONE = [1, 1, 12.5];

  describe('in the running service', () => {
    const start = async (): Promise<Service> => {
      const service = await startService({
        source: {
          file: configure(`new_series_zero_for: 4s\nlog_level: silent\noverrides: { ${OTHERS_OFF} }`),
          env: { TAIGA_DATABASE_URL: server.url },
        },
        log: pino({ level: 'silent' }),
        version: 'test',
        port: 0,
      });
      onTestFinished(() => service.close());
      return service;
    };
    /** Each state that scrapes see, until it is the wanted one. */
    const watch = async (service: Service, name: string, until: readonly unknown[]): Promise<unknown[]> => {
      const seen: unknown[] = [];
      const deadline = performance.now() + 25_000;
      for (;;) {
        const lines = linesOf(await scrape(service.address), name);
        if (JSON.stringify(lines) !== JSON.stringify(seen.at(-1))) seen.push(lines);
        if (JSON.stringify(lines) === JSON.stringify(until)) return seen;
        if (performance.now() > deadline) throw new Error(`saw ${JSON.stringify(seen)}`);
        await sleep(50);
      }
    };

    it('is 0 until it was scraped, then shows what happened, and nothing that stood before is ever 0', async () => {
      const service = await start();
      // What the first reading finds is shown as it is, at once.
      expect(await watch(service, 'first', ONE)).toEqual([NONE, ONE]);
      await tag('second');
      await watch(service, 'second', ZERO);
      const startedAt = performance.now();
      expect(linesOf(await scrape(service.address), 'first')).toEqual(ONE);
      // Nothing changes any more in the database.
      expect(await watch(service, 'second', ONE)).toEqual([ZERO, ONE]);
      expect(performance.now() - startedAt).toBeGreaterThan(3500);
    }, 60_000);

    it('stays 0 for the rest of its time when the configuration is loaded again', async () => {
      const service = await start();
      await watch(service, 'first', ONE);
      await tag('third');
      await watch(service, 'third', ZERO);
      const startedAt = performance.now();
      await sleep(1000);
      await service.reload();
      expect(linesOf(await scrape(service.address), 'first')).toEqual(ONE);
      expect(await watch(service, 'third', ONE)).toEqual([ZERO, ONE]);
      expect(performance.now() - startedAt).toBeGreaterThan(3500);
      // Nor is it 0 again after the next one.
      await service.reload();
      for (let looks = 0; looks < 30; looks++) {
        const metrics = await scrape(service.address);
        expect([linesOf(metrics, 'first'), linesOf(metrics, 'third')]).toEqual([ONE, ONE]);
        await sleep(50);
      }
    }, 60_000);
  });

  describe('in the file of collect --output', () => {
    const collect = async (config: string): Promise<Metrics> => {
      const file = join(dirname(config), 'taiga.prom');
      const env = { TAIGA_DATABASE_URL: server.url };
      const outcome = await bugflow(['-c', config, 'collect', '--output', file, 'own', 'projects'], env);
      expect(outcome).toEqual({ status: 0, stdout: '', stderr: '' });
      return new Metrics(readFileSync(file, 'utf8'));
    };

    it('is 0 in the first run that finds it, and has its value in the next', async () => {
      const config = configure('');
      expect(linesOf(await collect(config), 'first')).toEqual(ONE);
      await tag('second');
      const second = await collect(config);
      expect([linesOf(second, 'first'), linesOf(second, 'second')]).toEqual([ONE, ZERO]);
      await tag('third');
      const third = await collect(config);
      expect(['first', 'second', 'third'].map((name) => linesOf(third, name))).toEqual([ONE, ONE, ZERO]);
    }, 60_000);

    it('has its value at once where the file before tells nothing of it, or that is switched off', async () => {
      const config = configure('');
      folder.write('taiga.prom', '# TYPE own_tags_total counter\nown_tags_total 7\n');
      expect(linesOf(await collect(config), 'first')).toEqual(ONE);
      await tag('second');
      expect(linesOf(await collect(configure('new_series_zero_for: 0s')), 'second')).toEqual(ONE);
    }, 60_000);
  });
});
