import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer, get, type Server } from 'node:http';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../src/main/service.js';
import { bugflow, createFolder, type Folder, scrape } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { ARBEIT, exampleTaiga, SHOP_NAME } from '../support/fixture.js';
import type { Metrics } from '../support/measure.js';
import { freePort, startPGlite, type TestPostgres } from '../support/postgres.js';

const hasPrometheus = ['prometheus', 'promtool'].every(
  (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** A series as Prometheus' API gives it. */
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

describe.skipIf(!hasPrometheus)('a real Prometheus (skipped without prometheus and promtool)', () => {
  let taiga: TestPostgres;
  let folder: Folder;
  let service: Service;
  let textOnly: Server;
  let prometheus: ChildProcess;
  let api: string;
  let said = '';
  let exposed: Metrics;

  beforeAll(async () => {
    folder = createFolder();
    taiga = await startPGlite();
    await exampleTaiga().load(taiga);
    service = await startService({
      source: {
        file: folder.write('bugflow.yaml', 'log_level: silent'),
        env: { TAIGA_DATABASE_URL: taiga.url },
      },
      log: pino({ level: 'silent' }),
      version: '1',
      port: 0,
    });
    exposed = await eventually(async () => {
      const found = await scrape(service.address);
      const up = found.table('bugflow_collector_up', ['collector']);
      expect(new Set(Object.values(up))).toEqual(new Set([1]));
      return found;
    });

    textOnly = await startTextOnlyProxy(service.address);
    const port = await freePort();
    api = `http://127.0.0.1:${port}/api/v1`;
    const config = folder.write(
      'prometheus.yml',
      `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: openmetrics
    static_configs: [{ targets: ['${new URL(service.address).host}'] }]
  - job_name: text
    static_configs: [{ targets: ['127.0.0.1:${portOf(textOnly)}'] }]
`,
    );
    prometheus = spawn(
      'prometheus',
      [
        ...['--config.file', config, '--storage.tsdb.path', config.replace('prometheus.yml', 'data')],
        ...['--web.listen-address', `127.0.0.1:${port}`],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    process.once('exit', () => prometheus.kill());
    for (const stream of [prometheus.stdout, prometheus.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    // Several scrapes of each, so that what only a second one would meet is met.
    await eventually(async () => expect(await value('min(sum_over_time(up[1h]))')).toBeGreaterThan(2));
  });

  afterAll(async () => {
    if (prometheus?.exitCode === null) {
      const ended = new Promise((resolve) => prometheus.once('exit', resolve));
      prometheus.kill('SIGTERM');
      await ended;
    }
    await new Promise((resolve) => (textOnly ? textOnly.close(resolve) : resolve(undefined)));
    await service?.close();
    await taiga?.close();
    folder?.remove();
  });

  /** A test that asks for the present, which a scrape that did not make it in its second empties for a while. */
  const present = (title: string, test: () => Promise<void>): void => it(title, () => eventually(test));
  const query = async (expression: string): Promise<Series[]> => {
    const response = await fetch(`${api}/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await response.json()) as { data: { result: Series[] } };
    return data.result;
  };
  const value = async (expression: string): Promise<number> => {
    const [found, ...more] = await query(expression);
    expect(more).toEqual([]);
    return Number(found?.value[1]);
  };

  it('finds nothing to fix in the text format (promtool check metrics)', async () => {
    const text = await (await fetch(`${service.address}/metrics`)).text();
    expect(checkMetrics(text)).toEqual({ status: 0, output: '' });
  });

  it('finds nothing to fix in what `collect` prints', async () => {
    const { stdout: text } = await bugflow(['collect'], { TAIGA_DATABASE_URL: taiga.url });
    expect(checkMetrics(text)).toEqual({ status: 0, output: '' });
  });

  present('scrapes both formats', async () => {
    const up = await query('up');
    expect(Object.fromEntries(up.map((series) => [series.metric.job, series.value[1]]))).toEqual({
      openmetrics: '1',
      text: '1',
    });
  });

  present('takes every sample, in both formats', async () => {
    const own = exposed.samples.filter(({ name }) => name.startsWith('taiga_')).length;
    for (const job of ['openmetrics', 'text']) {
      expect(await value(`count({__name__=~"taiga_.+", job="${job}"})`)).toBe(own);
      const scraped = await value(`scrape_samples_scraped{job="${job}"}`);
      expect(await value(`scrape_samples_post_metric_relabeling{job="${job}"}`)).toBe(scraped);
      expect(scraped).toBeGreaterThan(own);
      // Nothing comes and goes from one scrape to the next but a few of the process's own.
      expect(await value(`scrape_series_added{job="${job}"}`)).toBeLessThan(20);
    }
  });

  present('finds the same series in both formats', async () => {
    const series = async (job: string): Promise<string[]> =>
      (await query(`{__name__=~"taiga_.+", job="${job}"}`))
        .map(({ metric, value: [, number] }) => {
          const { job: _job, instance: _instance, ...labels } = metric;
          return `${JSON.stringify(Object.entries(labels).sort())} ${/age_seconds/.test(labels.__name__ ?? '') ? '' : number}`;
        })
        .sort();
    expect(await series('openmetrics')).toEqual(await series('text'));
  });

  present('answers PromQL with the numbers of the example Taiga', async () => {
    const ofShop = 'project="shop", job="text"';
    expect(await value(`taiga_items{${ofShop}, kind="task", status="Closed"}`)).toBe(3);
    expect(await value(`sum(taiga_userstory_points{${ofShop}})`)).toBe(3.5 + 8 + 11 + 3 + 0.5 + 6);
    expect(await value(`sum(taiga_items{${ofShop}, stage=~"active|waiting"})`)).toBe(2 + 1 + 1 + 1 + 1 + 1);
    const over =
      'taiga_wip_items{job="openmetrics"} > on (project, status, swimlane) taiga_wip_limit{job="openmetrics"}';
    expect(await query(over)).toEqual([]);
    const used = await query(
      'taiga_wip_items{job="text"} / on (project, status, swimlane) taiga_wip_limit{job="text"}',
    );
    expect(used).toHaveLength(4);
    expect(used.find(({ metric }) => metric.swimlane === 'Expedite')).toMatchObject({
      metric: { status: ARBEIT },
      value: [expect.anything(), '1'],
    });
  });

  present('keeps names as they are', async () => {
    for (const job of ['openmetrics', 'text']) {
      const [info] = await query(`taiga_project_info{project="shop", job="${job}"}`);
      expect(info?.metric.project_name).toBe(SHOP_NAME);
    }
  });

  present('reads the snapshot histograms', async () => {
    const buckets = 'taiga_item_age_seconds_bucket{project="lanes", stage="active", job="openmetrics"}';
    expect(await value(`histogram_quantile(0.5, sum by (le) (${buckets}))`)).toBeGreaterThan(0);
    expect(await value('taiga_wip_age_seconds_count{project="lanes", job="openmetrics"}')).toBe(3);
  });

  present('knows the types and the help texts', async () => {
    const response = await fetch(`${api}/metadata`);
    const { data } = (await response.json()) as { data: Record<string, { type: string; help: string }[]> };
    const typesOf = (name: string): unknown => [...new Set(data[name]?.map(({ type }) => type))];
    expect(typesOf('taiga_items')).toEqual(['gauge']);
    expect(typesOf('taiga_item_age_seconds')).toEqual(['histogram']);
    expect(typesOf('bugflow_collector_runs_total')).toEqual(['counter']);
    expect(Object.keys(data).filter((name) => data[name]?.some(({ help }) => help === ''))).toEqual([]);
  });

  it('has nothing to complain about in its log', () => {
    expect(said).toContain('Server is ready to receive web requests');
    expect(said.split('\n').filter((line) => /level=(warn|error)/.test(line))).toEqual([]);
  });
});

function checkMetrics(text: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** Hands scrapes on without their wish for a format: then the service answers in the text format. */
async function startTextOnlyProxy(address: string): Promise<Server> {
  const server = createServer((request, response) => {
    const headers = { 'accept-encoding': request.headers['accept-encoding'] ?? 'identity' };
    get(`${address}/metrics`, { headers }, (upstream) => {
      if (upstream.headers['content-type'] !== 'text/plain; version=0.0.4; charset=utf-8')
        response.destroy(new Error('not the text format'));
      response.writeHead(upstream.statusCode ?? 500, upstream.headers);
      upstream.pipe(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
