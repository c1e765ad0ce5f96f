import { createServer } from 'node:net';
import { gunzipSync } from 'node:zlib';
import pino, { type Logger } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Service, startService } from '../../src/main/service.js';
import { createFolder, type Folder, scrape, startServiceProcess } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { parseExposition } from '../support/exposition-parser.js';
import { exampleTaiga } from '../support/fixture.js';
import { type Gate, startGate } from '../support/gate.js';
import type { Metrics } from '../support/measure.js';
import {
  hasPostgres,
  queryOnce,
  startPGlite,
  startPostgres,
  type TestPostgres,
} from '../support/postgres.js';

/** Two collectors that run every second and one that runs but once. */
const QUICK = `
overrides:
  items: { schedule: '* * * * * *' }
  members: { schedule: '* * * * * *', stale_after: 2s }
  attention: { enabled: false }
`;

describe('the service', () => {
  let server: TestPostgres;
  let gate: Gate;
  let folder: Folder;
  let service: Service | undefined;
  let logged: string[];
  let log: Logger;

  beforeAll(async () => {
    server = await startPGlite();
    await exampleTaiga().load(server);
  });
  afterAll(() => server?.close());

  beforeEach(async () => {
    gate = await startGate(Number(new URL(server.url).port));
    folder = createFolder();
    logged = [];
    log = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(line) });
  });
  afterEach(async () => {
    await service?.close();
    service = undefined;
    await gate.close();
    folder.remove();
  });

  const start = async (config = QUICK): Promise<Service> => {
    service = await startService({
      source: {
        file: folder.write('bugflow.yaml', config),
        env: { TAIGA_DATABASE_URL: gate.through(server.url) },
      },
      log,
      version: '1.2.3',
      port: 0,
    });
    return service;
  };
  /** In its turn: the service may be in the middle of a transaction, and PGlite is one session. */
  const query = (sql: string): Promise<unknown> => queryOnce(server.url, sql);
  const metrics = async (): Promise<Metrics> => scrape(service?.address ?? '');
  const status = async (path: string, init?: RequestInit): Promise<number> =>
    (await fetch(`${service?.address}${path}`, init)).status;
  const until = (condition: () => Promise<unknown>) => expect.poll(condition);
  /** A scrape of which all of this holds. */
  const scrapeWith = (check: (found: Metrics) => void): Promise<Metrics> =>
    eventually(async () => {
      const found = await metrics();
      check(found);
      return found;
    });
  const untilReady = (): Promise<unknown> => until(() => status('/-/ready')).toBe(200);

  it('serves all collectors in both formats, compressed or not', async () => {
    const { address } = await start();
    await untilReady();
    await scrapeWith((found) => {
      const up = Object.values(found.table('bugflow_collector_up', ['collector']));
      expect(new Set(up)).toEqual(new Set([1]));
      expect(found.value('bugflow_database_up')).toBe(1);
      expect(found.value('bugflow_build_info', { version: '1.2.3' })).toBe(1);
      expect(found.value('taiga_items', { project: 'shop', kind: 'task', status: 'Closed' })).toBe(3);
      const ofCollectors = found.samples.filter(({ name }) => /^(taiga_|bugflow_threshold$)/.test(name));
      expect(found.sum('bugflow_collector_series')).toBe(ofCollectors.length);
    });

    const openMetrics = await fetch(`${address}/metrics`, {
      headers: { accept: 'application/openmetrics-text; version=1.0.0' },
    });
    expect(openMetrics.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    const strict = await openMetrics.text();
    expect(strict).toMatch(/\ntaiga_project_info\{project="shop",[\s\S]*\n# EOF\n$/);
    // All families, also those of the service and its process, can be told apart.
    expect(parseExposition(strict, 'openmetrics').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['bugflow_build_info', 'taiga_items', 'nodejs_eventloop_lag_seconds']),
    );

    // What fetch unpacks is what gzip holds: by hand once, so that nothing hides a wrong check sum.
    const { connect } = await import('node:net');
    const raw = await new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = [];
      const { hostname, port } = new URL(address);
      const socket = connect(Number(port), hostname, () =>
        socket.write('GET /metrics HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n'),
      );
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('end', () => resolve(Buffer.concat(chunks)));
      socket.on('error', reject);
    });
    const body = raw.subarray(raw.indexOf('\r\n\r\n') + 4);
    expect(gunzipSync(body).toString('utf8')).toContain('taiga_items{project="shop",kind="userstory"');
    for (const path of ['/status', '/collectors', '/runbooks/TaigaWorkStale', '/-/healthy'])
      expect(await status(path), path).toBe(200);
  });

  it('comes up while the database is down, says so, and recovers by itself', async () => {
    await gate.shut();
    await start();
    await until(async () => logged.some((line) => line.includes('nothing listens there'))).toBe(true);
    const down = await metrics();
    expect(down.value('bugflow_database_up')).toBe(0);
    expect(down.samples.filter(({ name }) => name.startsWith('taiga_'))).toEqual([]);
    expect(await status('/-/ready')).toBe(503);
    expect(await status('/-/healthy')).toBe(200);
    await gate.open();
    await untilReady();
    await scrapeWith((found) => {
      expect(found.value('bugflow_database_up')).toBe(1);
      expect(found.value('taiga_project_info', { project: 'lanes' })).toBe(1);
    });
  });

  it('keeps the last good values while the database is away, until they are stale', async () => {
    await start();
    await untilReady();
    const inDoing = { project: 'shop', kind: 'userstory', status: 'Doing' };
    await until(async () => (await metrics()).value('taiga_items', inDoing)).toBe(2);

    await gate.shut();
    await scrapeWith((away) => {
      expect(away.value('bugflow_database_up')).toBe(0);
      expect(away.sum('bugflow_collector_runs_total', { result: 'failure' })).toBeGreaterThan(0);
      expect(away.value('taiga_items', inDoing)).toBe(2);
      expect(away.value('bugflow_collector_up', { collector: 'items' })).toBe(1);
    });

    // Its values may be two seconds old at most.
    await scrapeWith((stale) => {
      expect(stale.value('bugflow_collector_up', { collector: 'members' })).toBe(0);
      expect(stale.table('taiga_project_members', ['project', 'role'])).toEqual({});
      expect(stale.value('bugflow_collector_series', { collector: 'members' })).toBe(0);
      expect(stale.value('taiga_items', inDoing)).toBe(2);
    });
    expect(await status('/-/ready')).toBe(200);

    const moveStory = (status: number): Promise<unknown> =>
      query(`UPDATE userstories_userstory SET status_id = ${status} WHERE ref = 2 AND project_id = 1`);
    onTestFinished(async () => void (await moveStory(2)));
    await moveStory(3);
    await gate.open();
    await scrapeWith((back) => {
      expect(back.value('taiga_items', inDoing)).toBe(3);
      expect(back.value('bugflow_collector_up', { collector: 'members' })).toBe(1);
      expect(back.value('bugflow_database_up')).toBe(1);
    });
  });

  it("keeps one collector's failure to itself", async () => {
    folder.write('own.yaml', OWN.replace('1 AS value', '1 / 0 AS value'));
    await start(`collectors: [./own.yaml]\ndatabase: { allow_superuser: true }${QUICK}`);
    await untilReady();
    const failures = { collector: 'own', result: 'failure' };
    await scrapeWith((found) => {
      expect(found.value('bugflow_collector_runs_total', failures)).toBeGreaterThan(0);
      expect(found.sum('bugflow_collector_up')).toBeGreaterThan(15);
      expect(found.value('bugflow_collector_up', { collector: 'own' })).toBe(0);
      expect(found.value('bugflow_collector_up', { collector: 'items' })).toBe(1);
      expect(found.value('bugflow_database_up')).toBe(1);
    });
    expect(logged.join('')).toMatch(
      /collector failed: [^"]*own\.yaml:\d+: collector \\?"\w+\\?": SQL: division by zero/,
    );
    const page = await (await fetch(`${service?.address}/collectors`)).text();
    expect(page).toContain('division by zero');
  });

  describe('told to load its configuration again', () => {
    it('takes a good one over: changed values at once, what is gone vanishes', async () => {
      folder.write('own.yaml', OWN);
      const running = await start(`collectors: [./own.yaml]\ndatabase: { allow_superuser: true }${QUICK}`);
      await untilReady();
      await until(async () => (await metrics()).value('own_metric')).toBe(1);
      folder.write('bugflow.yaml', `projects: { include: [lanes] }${QUICK}`);
      await running.reload();
      expect((await metrics()).value('own_metric')).toBeUndefined();
      await scrapeWith((found) => {
        expect(Object.keys(found.sumBy('taiga_items', ['project']))).toEqual(['lanes']);
        expect(found.value('bugflow_config_last_reload_successful')).toBe(1);
        expect(found.value('bugflow_collector_up', { collector: 'own' })).toBeUndefined();
      });
    });

    it('goes on with what stays as it was, as if nothing had happened', async () => {
      const running = await start();
      await untilReady();
      await until(async () => (await metrics()).value('bugflow_collector_up', { collector: 'wip' })).toBe(1);
      // Nothing can be read anew.
      await gate.shut();
      const before = await metrics();
      folder.write('bugflow.yaml', QUICK.replace('stale_after: 2s', 'stale_after: 3s'));
      await running.reload();
      // Its own metrics follow a moment later.
      const loadedAt = 'bugflow_config_last_reload_success_timestamp_seconds';
      await until(async () => (await metrics()).value(loadedAt)).not.toBe(before.value(loadedAt));
      const after = await metrics();
      const good = { collector: 'items', result: 'success' };
      expect(after.value('bugflow_collector_up', { collector: 'items' })).toBe(1);
      expect(after.value('bugflow_collector_runs_total', good)).toBeGreaterThanOrEqual(
        before.value('bugflow_collector_runs_total', good) ?? 0,
      );
      const wip = { collector: 'wip' };
      for (const name of ['bugflow_collector_series', 'bugflow_collector_last_success_timestamp_seconds'])
        expect(after.value(name, wip)).toBe(before.value(name, wip));
      expect(after.table('taiga_wip_items', ['project', 'status', 'swimlane'])).toEqual(
        before.table('taiga_wip_items', ['project', 'status', 'swimlane']),
      );
      // One that changed begins anew.
      expect(after.value('bugflow_collector_up', { collector: 'members' })).toBe(0);
      expect(after.names()).not.toContain('taiga_project_members');
      await gate.open();
      await until(async () => (await metrics()).value('bugflow_collector_up', { collector: 'members' })).toBe(
        1,
      );
    });

    it.each([
      [
        'an unknown key',
        'projets: { include: [lanes] }',
        /bugflow\.yaml:1: unknown key "projets"; did you mean "projects"\?/,
      ],
      ['broken YAML', 'projects:\n  include: [lanes', /bugflow\.yaml:\d: not valid YAML: /],
      ['a missing collector', 'collectors: [./gone.yaml]', /no file matches .*gone\.yaml/],
    ])('keeps the old one instead of one with %s', async (_, config, message) => {
      const running = await start();
      await untilReady();
      folder.write('bugflow.yaml', config);
      await expect(running.reload()).rejects.toThrow(message);
      await until(async () => (await metrics()).value('bugflow_config_last_reload_successful')).toBe(0);
      await until(async () => (await metrics()).sum('taiga_items', { project: 'shop' })).toBeGreaterThan(0);
      expect(logged.join('')).toContain('the old one stays in force');

      folder.write('bugflow.yaml', QUICK);
      await running.reload();
      await until(async () => (await metrics()).value('bugflow_config_last_reload_successful')).toBe(1);
    });

    it('loads what it can: a wrong file of collectors holds nobody up, and its collector goes on', async () => {
      folder.write('own.yaml', OWN);
      const config = `collectors: [./own*.yaml]\ndatabase: { allow_superuser: true }${QUICK}`;
      const running = await start(config);
      await untilReady();
      await until(async () => (await metrics()).value('own_metric')).toBe(1);
      expect((await metrics()).value('bugflow_own_files_refused')).toBe(0);

      folder.write('own.yaml', 'collector: own');
      folder.write('own_2.yaml', OWN.replaceAll('own', 'second'));
      await running.reload();
      await until(async () => (await metrics()).value('second_metric')).toBe(1);
      await until(async () => (await metrics()).value('bugflow_own_files_refused')).toBe(1);
      const after = await metrics();
      expect(after.value('own_metric')).toBe(1);
      expect(after.value('bugflow_config_last_reload_successful')).toBe(1);
      expect(logged.join('')).toMatch(/own\.yaml:1: .*its collector goes on as it was before/);
      const page = await (await fetch(`${running.address}/collectors`)).text();
      expect(page).toContain('A file was not loaded');

      // One that has just started knows nothing of the collector that was there before.
      await running.close();
      await start(config);
      await untilReady();
      await until(async () => (await metrics()).value('second_metric')).toBe(1);
      const fresh = await metrics();
      expect(fresh.value('own_metric')).toBeUndefined();
      expect(fresh.value('bugflow_own_files_refused')).toBe(1);

      folder.write('own.yaml', OWN);
      await service?.reload();
      await until(async () => (await metrics()).value('bugflow_own_files_refused')).toBe(0);
      await until(async () => (await metrics()).value('own_metric')).toBe(1);
    });

    it('leaves alone what did not change, and tries at once what fails', async () => {
      folder.write(
        'own.yaml',
        OWN.replace('* * * * * *', '0 0 1 1 *').replace('1 AS value', '1 / 0 AS value'),
      );
      const rarely = `overrides: { wip: { schedule: '0 0 1 1 *' }, attention: { enabled: false } }
collectors: [./own.yaml]
database: { allow_superuser: true }
`;
      const runs = (collector: string, result: string) => async () =>
        (await metrics()).value('bugflow_collector_runs_total', { collector, result });
      const wip = runs('wip', 'success');
      const running = await start(rarely.replace('collectors: [./own.yaml]', ''));
      await untilReady();
      await until(wip).toBe(1);
      const loadedAt = async () =>
        (await metrics()).value('bugflow_config_last_reload_success_timestamp_seconds');
      const reload = async (config: string): Promise<void> => {
        const before = await loadedAt();
        folder.write('bugflow.yaml', config);
        await running.reload();
        await until(loadedAt).not.toBe(before);
      };

      await reload(`web: { row_samples: false }\n${rarely.replace('collectors: [./own.yaml]', '')}`);
      const page = await (await fetch(`${service?.address}/collectors`)).text();
      expect(page).toContain('<code>web.row_samples</code> is off');
      expect(await wip()).toBe(1);
      expect(await status('/-/ready')).toBe(200);

      // Another collector: all start anew, with their counts.
      await reload(rarely);
      await until(wip).toBe(2);
      await until(runs('own', 'failure')).toBeGreaterThan(0);

      // Nothing changed, but somebody may have fixed the cause.
      await reload(rarely);
      await until(wip).toBe(3);
    });

    it('loads it for POST /-/reload where that is switched on', async () => {
      await start(`reload_endpoint: true${QUICK}`);
      expect(await status('/-/reload', { method: 'POST' })).toBe(200);
      folder.write('bugflow.yaml', 'nonsense: true');
      const refused = await fetch(`${service?.address}/-/reload`, { method: 'POST' });
      expect([refused.status, await refused.text()]).toEqual([
        400,
        expect.stringMatching(/bugflow\.yaml:1: unknown key/),
      ]);
      expect(await status('/-/reload')).toBe(404);
    });

    it('refuses POST /-/reload otherwise', async () => {
      await start();
      expect(await status('/-/reload', { method: 'POST' })).toBe(403);
    });
  });

  it('does without a collector whose tables this Taiga lacks, until Taiga is upgraded', async () => {
    folder.write(
      'lanes.yaml',
      `collector: lanes
description: Lanes.
schedule: '* * * * * *'
requires: [ourteam_lane.name]
metrics:
  - { name: ourteam_lanes, type: gauge, help: Lanes., value: lanes }
now: SELECT count(name) AS lanes FROM ourteam_lane
`,
    );
    let laterMs = 0;
    const { now } = performance;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + laterMs);
    try {
      const { address } = await start(
        `collectors: [./lanes.yaml]\ndatabase: { allow_superuser: true }${QUICK}`,
      );
      await untilReady();
      await scrapeWith((found) => {
        expect(found.value('bugflow_collector_off', { collector: 'lanes' })).toBe(1);
        expect(found.sum('bugflow_collector_off')).toBe(1);
        expect(found.table('bugflow_collector_up', ['collector'])).not.toHaveProperty('lanes');
        // A tick that met the first look at the database still under way was skipped.
        for (const result of ['success', 'failure'])
          expect(found.value('bugflow_collector_runs_total', { collector: 'lanes', result })).toBe(0);
        expect(found.names()).not.toContain('ourteam_lanes');
      });
      expect(await (await fetch(`${address}/collectors`)).text()).toContain(
        'Off: needs ourteam_lane.name, which this Taiga does not have.',
      );

      await query("CREATE TABLE ourteam_lane (name text); INSERT INTO ourteam_lane VALUES ('fast')");
      laterMs = 61_000;
      await scrapeWith((found) => {
        expect(found.value('bugflow_collector_off', { collector: 'lanes' })).toBe(0);
        expect(found.value('ourteam_lanes')).toBe(1);
      });
      expect(logged.filter((line) => line.includes('"collector":"lanes"'))).toEqual([]);
    } finally {
      clock.mockRestore();
      await query('DROP TABLE IF EXISTS ourteam_lane');
    }
  });

  it('says so when its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const file = folder.write('bugflow.yaml', '');
    const env = { TAIGA_DATABASE_URL: server.url };
    await expect(startService({ source: { file, env }, log, version: '1', port })).rejects.toThrow(
      `${file}: cannot listen on 127.0.0.1:${port}: the port is in use; stop the other program or choose another port with \`listen\``,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  describe('as a process', () => {
    const startProcess = async (config = QUICK) => {
      const running = await startServiceProcess(['--config', folder.write('bugflow.yaml', config)], {
        TAIGA_DATABASE_URL: gate.through(server.url),
      });
      onTestFinished(async () => {
        running.signal('SIGKILL');
        await running.ended;
      });
      return running;
    };

    it('loads its configuration again on SIGHUP and ends on SIGTERM, with status 0', async () => {
      const running = await startProcess();
      const projects = async () =>
        Object.keys((await scrape(running.address)).sumBy('taiga_items', ['project']));
      await until(projects).toContain('shop');
      folder.write('bugflow.yaml', `projects: { include: [lanes] }${QUICK}`);
      running.signal('SIGHUP');
      await until(projects).toEqual(['lanes']);
      running.signal('SIGTERM');
      expect((await running.ended).status).toBe(0);
    });

    it('ends soon after SIGTERM, whatever the database is at', async () => {
      // So long it would wait otherwise.
      const running = await startProcess(QUICK.replace("'* * * * * *' }", "'* * * * * *', timeout: 1h }"));
      await until(() => scrape(running.address)).toBeDefined();
      // Its collectors run every second: some are soon waiting for an answer that never comes.
      gate.freeze();
      await until(async () => gate.held()).toBeGreaterThan(0);
      running.signal('SIGTERM');
      const { status: exit, stderr } = await running.ended;
      expect(exit, stderr).toBe(0);
      expect(stderr).toContain('a collector did not end in time; exiting without waiting for it');
    });

    it('ends at once on SIGINT while the database is down', async () => {
      await gate.shut();
      const running = await startProcess();
      running.signal('SIGINT');
      const { status: exit, stderr } = await running.ended;
      expect(exit, stderr).toBe(0);
      expect(stderr).not.toContain('did not end in time');
    });
  });
});

describe.skipIf(!hasPostgres)(
  'the service on a real server (skipped without PostgreSQL on the machine)',
  () => {
    it('lives through a crash and a restart of the server', async () => {
      const cluster = await startPostgres();
      const folder = createFolder();
      let service: Service | undefined;
      try {
        await exampleTaiga().load(cluster);
        const env = { TAIGA_DATABASE_URL: cluster.url };
        const file = folder.write('bugflow.yaml', `log_level: silent${QUICK}`);
        const log = pino();
        service = await startService({ source: { file, env }, log, version: '1', port: 0 });
        const { address } = service;
        /** What is there when the database is well, or away. */
        const look = async () => {
          const found = await scrape(address);
          return [found.value('bugflow_database_up'), found.value('taiga_items', { status: 'Archived' })];
        };
        await expect.poll(look).toEqual([1, 1]);
        await cluster.stop();
        await expect.poll(look).toEqual([0, 1]);
        await cluster.start();
        await expect.poll(look).toEqual([1, 1]);
      } finally {
        await service?.close();
        await cluster.close();
        folder.remove();
      }
    });
  },
);

const OWN = `collector: own
description: A test's own.
schedule: '* * * * * *'
metrics:
  - name: own_metric
    type: gauge
    help: A test's own.
    value: value
now: SELECT 1 AS value
`;
