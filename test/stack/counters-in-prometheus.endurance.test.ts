import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CollectorLibrary } from '../../src/collectors/library.js';
import { backfill } from '../../src/main/backfill.js';
import { collectToFile } from '../../src/main/collect-to-file.js';
import { type Installation, loadInstallation } from '../../src/main/installation.js';
import { type Service, startService } from '../../src/main/service.js';
import { freePort, type MetricsServer, PROMETHEUS_IS_HERE, startPrometheus } from '../backfill/servers.js';
import { hasSample, readSampleSql, SAMPLE_NOW } from '../support/ground-truth.js';
import { type Cluster, hasPostgres, queryOnce, startPostgres } from '../support/postgres.js';
import { rounded, type Table } from '../support/samples.js';
import { replayTold } from '../support/told-past.js';
import { readDiary, type TrueEvent, totals } from '../support/true-past.js';
import { folderWith } from '../unit/helpers.js';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const FROM = Date.parse('2025-11-17T00:00:00Z');
const HELPDESK = 'helensmith-helpdesk';
const ZERO_FOR_MS = 4000;

interface Answer {
  readonly metric: Readonly<Record<string, string>>;
  /** Seconds and value. */
  readonly values: readonly (readonly [number, number])[];
}

async function ask(
  server: MetricsServer,
  path: string,
  parameters: Record<string, string>,
): Promise<Answer[]> {
  const response = await fetch(`${server.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const body = (await response.json()) as {
    error?: string;
    data?: {
      result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
    };
  };
  if (!body.data) throw new Error(`${JSON.stringify(parameters)}: ${body.error}`);
  return body.data.result.map(({ metric, value, values }) => ({
    metric,
    values: (values ?? (value ? [value] : [])).map(([at, text]): [number, number] => [at, Number(text)]),
  }));
}

async function number(server: MetricsServer, query: string, atMs = Date.now()): Promise<number> {
  const [answer] = await ask(server, 'query', { query, time: String(atMs / 1000) });
  return answer?.values[0]?.[1] ?? 0;
}

const until = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 120_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`it did not come to pass: ${what}`);
    await sleep(250);
  }
};

/** The lines of counters and histograms: Prometheus' names of them. */
function counterNames({ collectors }: CollectorLibrary): string[] {
  const metrics = collectors.filter(({ events }) => events).flatMap((collector) => collector.metrics);
  return metrics.flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
}

describe.skipIf(!hasSample || !hasPostgres || !PROMETHEUS_IS_HERE || Date.now() < Date.parse(SAMPLE_NOW))(
  "the counters of the sample's year, and of what follows (skipped without ../shared/taiga, PostgreSQL or prometheus, or before the sample's end)",
  () => {
    let cluster: Cluster;
    let databaseUrl: string;

    beforeAll(async () => {
      cluster = await startPostgres();
      await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
      databaseUrl = cluster.urlWith({ database: 'taiga' });
      cluster.load(readSampleSql(), 'taiga');
    }, 300_000);
    afterAll(() => cluster?.close());

    /** Moves an issue of the helpdesk between two open statuses, as was done before or never. */
    const moveIssue = async (serviceText: string, isNew: boolean): Promise<string> => {
      const rows = (await queryOnce(
        databaseUrl,
        `SELECT i.id, s.id AS from_id, s.name AS from_name, t.id AS to_id, t.name AS to_name
         FROM issues_issue AS i
         JOIN projects_project AS p ON p.id = i.project_id AND p.slug = '${HELPDESK}'
         JOIN projects_issuestatus AS s ON s.id = i.status_id AND NOT s.is_closed
         JOIN projects_issuestatus AS t ON t.project_id = p.id AND NOT t.is_closed AND t.id <> s.id
         ORDER BY i.id, t.id`,
      )) as { id: number; from_id: number; from_name: string; to_id: number; to_name: string }[];
      const pairOf = (row: (typeof rows)[number]): string =>
        `{project="${HELPDESK}",kind="issue",from="${row.from_name}",to="${row.to_name}"`;
      const row = rows.find(
        (each) => serviceText.includes(`taiga_status_transitions_total${pairOf(each)}`) !== isNew,
      );
      if (!row) throw new Error('no issue can be moved like that');
      await queryOnce(
        databaseUrl,
        `BEGIN;
         INSERT INTO history_historyentry
         SELECT (jsonb_populate_record(NULL::history_historyentry, to_jsonb(h) || jsonb_build_object(
           'id', gen_random_uuid()::text, 'key', 'issues.issue:${row.id}', 'created_at', now(), 'comment', '', 'is_hidden', false,
           'diff', jsonb_build_object('status', jsonb_build_array(${row.from_id}, ${row.to_id})),
           'values', jsonb_build_object('status', jsonb_build_object('${row.from_id}', '${row.from_name}', '${row.to_id}', '${row.to_name}'))
         ))).*
         FROM (SELECT * FROM history_historyentry WHERE type = 1 AND key LIKE 'issues.issue:%' LIMIT 1) AS h;
         UPDATE issues_issue SET status_id = ${row.to_id}, modified_date = now(), version = version + 1 WHERE id = ${row.id};
         COMMIT`,
      );
      return `taiga_status_transitions_total{kind="issue",project="${HELPDESK}",from="${row.from_name}",to="${row.to_name}"}`;
    };

    test('never fall, over the seam, a restart, a second instance and a cron job, and grow each week by what happened', {
      timeout: 1_200_000,
    }, async ({ annotate }) => {
      const port = await freePort();
      const folder = await folderWith({});
      const configure = async (address: string): Promise<string> => {
        const { library } = await loadInstallation({
          file: undefined,
          env: { TAIGA_DATABASE_URL: databaseUrl },
        });
        const overrides = library.collectors.map(({ name, events }) =>
          events ? `  ${name}: { schedule: '*/2 * * * * *' }` : `  ${name}: { enabled: false }`,
        );
        return join(
          await folderWith({
            'bugflow.yaml': `database: { url: "${databaseUrl}" }
listen: ${address}
prometheus: { instance: "127.0.0.1:${port}" }
new_series_zero_for: ${ZERO_FOR_MS}ms
log_level: silent
overrides:
${overrides.join('\n')}
`,
          }),
          'bugflow.yaml',
        );
      };
      const source = { file: await configure(`127.0.0.1:${port}`), env: {} };
      const installation: Installation = await loadInstallation(source);

      // The year, up to the last full hour.
      const now = new Date();
      const toMs = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
      const data = await folderWith({});
      await backfill(installation, {
        from: new Date(FROM),
        to: new Date(toMs),
        stepMs: HOUR_MS,
        target: { prometheusData: data },
        includeRecent: true,
        now,
        print: () => undefined,
      });
      const prometheus = await startPrometheus(data, {
        flags: ['--storage.tsdb.retention.time=5y', '--query.max-samples=500000000', '--query.timeout=10m'],
        config: `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: taiga-bugflow, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }]\n`,
      });
      onTestFinished(() => prometheus.stop());
      const scraped = `taiga_status_transitions_total{project="${HELPDESK}"}`;
      const movesAtEnd = await number(prometheus, `sum(${scraped})`, toMs);
      const moves = (): Promise<number> => number(prometheus, `sum(last_over_time(${scraped}[1m]))`);

      const services = new Set<Service>();
      onTestFinished(async () => {
        for (const service of services) await service.close();
      });
      const start = async (file: string | undefined): Promise<Service> => {
        const service = await startService({
          source: { ...source, file },
          log: pino({ level: 'silent' }),
          version: 'test',
        });
        services.add(service);
        await until('ready', async () => (await fetch(`${service.address}/-/ready`)).ok);
        return service;
      };
      const stop = async (service: Service): Promise<void> => {
        services.delete(service);
        await service.close();
      };
      const textOf = async ({ address }: Service): Promise<string> =>
        (await fetch(`${address}/metrics`)).text();
      const countersIn = (text: string): string[] =>
        text
          .split('\n')
          .filter((line) => line.startsWith('taiga_'))
          .sort();
      const file = join(folder, 'taiga.prom');
      const collectOnce = async (): Promise<string> => {
        await collectToFile(installation, { file, names: [], now: new Date(), warn: () => undefined });
        return readFileSync(file, 'utf8');
      };

      // What happens between the end of the backfill and the first scrape.
      const first = await collectOnce();
      await moveIssue(first, false);
      let service = await start(source.file);
      await until('the seam', async () => (await moves()) === movesAtEnd + 1);
      const newSeries = [await moveIssue(await textOf(service), true)];
      await until('a new series', async () => (await moves()) === movesAtEnd + 2);

      // A restart, and a second instance that takes over after having run beside the first.
      await stop(service);
      service = await start(source.file);
      await moveIssue(await textOf(service), false);
      await until('after the restart', async () => (await moves()) === movesAtEnd + 3);
      const second = await start(await configure('127.0.0.1:0'));
      const texts = [await textOf(service), await textOf(second)].map(countersIn);
      expect(texts[1]).toEqual(texts[0]);
      await stop(service);
      await stop(second);
      service = await start(source.file);
      await moveIssue(await textOf(service), false);
      await until('the second instance', async () => (await moves()) === movesAtEnd + 4);
      const last = countersIn(await textOf(service));
      await stop(service);

      // A cron job, whose file is served in their place.
      let served = await collectOnce();
      const afresh = await folderWith({});
      await collectToFile(installation, {
        file: join(afresh, 'taiga.prom'),
        names: [],
        now: new Date(),
        warn: () => undefined,
      });
      expect(countersIn(readFileSync(join(afresh, 'taiga.prom'), 'utf8'))).toEqual(last);
      served = await collectOnce();
      expect(countersIn(served)).toEqual(last);
      const web = createServer((_request, response) => {
        response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
        response.end(served);
      }).listen(port, '127.0.0.1');
      onTestFinished(() => void web.close());
      await until('the file', async () => (await number(prometheus, 'sum(up)')) === 1);
      newSeries.push(await moveIssue(served, true));
      served = await collectOnce();
      const started = await collectOnce();
      await until('the zero', async () => (await number(prometheus, `count(${newSeries[1]})`)) === 1);
      served = started;
      await until('the cron job', async () => (await moves()) === movesAtEnd + 5);

      // Each new series was seen at 0 before it was seen at 1.
      for (const series of newSeries) {
        const [answer] = await ask(prometheus, 'query', {
          query: `${series}[1h]`,
          time: String(Date.now() / 1000),
        });
        const values = answer?.values.map(([, value]) => value) ?? [];
        expect([...new Set(values)].slice(0, 2), series).toEqual([0, 1]);
      }

      // No counter ever fell.
      const counted = { series: 0, fallen: 0 };
      for (const name of counterNames(installation.library)) {
        counted.series += await number(prometheus, `count(resets(${name}[400d]))`);
        counted.fallen += await number(prometheus, `count(resets(${name}[400d]) > 0)`);
      }
      await annotate(`${counted.fallen} of ${counted.series} series have resets`);
      expect(counted.fallen).toBe(0);
      expect(counted.series).toBeGreaterThan(2000);

      // Week by week.
      const { events } = replayTold(readDiary());
      const COUNTERS: readonly [string, readonly TrueEvent[], readonly string[]][] = [
        ['taiga_items_created_total', events.created, ['project', 'kind']],
        ['taiga_items_closed_total', events.closed, ['project', 'kind']],
        ['taiga_items_reopened_total', events.reopened, ['project', 'kind']],
        ['taiga_items_deleted_total', events.deleted, ['project', 'kind']],
        ['taiga_status_transitions_total', events.moves, ['project', 'kind', 'from', 'to']],
      ];
      const ends = Array.from(
        { length: Math.floor((toMs - FROM) / WEEK_MS) },
        (_, week) => FROM + (week + 1) * WEEK_MS,
      );
      for (const [name, truth, labels] of COUNTERS) {
        const answers = await ask(prometheus, 'query_range', {
          query: `sum by (${labels.join(', ')}) (increase(${name}[7d]))`,
          start: String((ends[0] ?? 0) / 1000),
          end: String((ends.at(-1) ?? 0) / 1000),
          step: String(WEEK_MS / 1000),
        });
        let sum = 0;
        let trueSum = 0;
        for (const end of ends) {
          const found: Table = {};
          for (const { metric, values } of answers) {
            const value = values.find(([at]) => at * 1000 === end)?.[1] ?? 0;
            found[labels.map((label) => metric[label] ?? '').join(' | ')] = value;
            sum += value;
          }
          const wanted = totals(truth.filter(({ at }) => at > end - WEEK_MS && at <= end));
          for (const value of Object.values(wanted)) trueSum += value;
          expect([name, new Date(end).toISOString(), rounded(found)]).toEqual([
            name,
            new Date(end).toISOString(),
            wanted,
          ]);
        }
        await annotate(
          `${name}: ${Math.round(sum)} by increase() over ${ends.length} weeks, ${trueSum} in truth`,
        );
      }
    });
  },
);
