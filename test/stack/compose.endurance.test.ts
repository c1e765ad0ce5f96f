import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { eventually } from '../support/eventually.js';
import { type Engine, lacking, startEngine } from './compose/engine.js';
import { type ComposeProject, createProject } from './compose/project.js';
import { askPrometheus, askRange } from './compose/prometheus.js';
import { makeStandIns, pinnedImages } from './compose/stand-ins.js';

const missing = lacking();
const LONG_RUNNING = ['alertmanager', 'exporter', 'grafana', 'prometheus'];
const ONE_OFF = ['alertmanager-config', 'alertmanager-reload', 'grafana-password', 'history', 'walls'];
const PROJECTS = 4;
const MINUTE_MS = 60_000;

describe.skipIf(missing !== undefined)(
  'docker-compose.yml on a real engine (skipped without root, dockerd, docker-compose, debootstrap, Prometheus and Alertmanager)',
  () => {
    let engine: Engine;
    let folder: string;
    let project: ComposeProject;
    let prometheusUrl: string;
    let beforeS: number;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'bugflow-stand-ins-'));
      engine = await startEngine();
      await makeStandIns(engine, folder);
      project = await createProject(engine);
      prometheusUrl = project.url('PROMETHEUS_PORT', '');
      await project.compose('build');
    }, 30 * MINUTE_MS);
    afterAll(async () => {
      await engine?.close();
      project?.remove();
      if (folder) rmSync(folder, { recursive: true, force: true });
    }, 5 * MINUTE_MS);

    afterEach(async ({ task }) => {
      if (task.result?.state !== 'fail') return;
      console.error(await project.compose('ps', '--all'));
      console.error(await project.compose('logs', '--no-color', '--tail', '20'));
    });

    const ask = async (query: string, atS?: number): Promise<number | undefined> =>
      (await askPrometheus(prometheusUrl, query, atS))[0]?.value;
    const grafana = async (path: string): Promise<unknown> =>
      (await fetch(project.url('GRAFANA_PORT', path))).json();
    /** A year is made up, read and written: minutes, where the machine has other things to do. */
    const patiently = <T>(check: () => Promise<T>): Promise<T> =>
      eventually(check, undefined, 20 * MINUTE_MS);
    /** All that is to run runs and is healthy, and all that is to end has ended well. */
    const settled = (): Promise<void> =>
      patiently(async () => {
        const containers = await project.containers();
        const healthy = containers.filter(({ health }) => health === 'healthy');
        expect(healthy.map(({ service }) => service).sort()).toEqual(LONG_RUNNING);
        const done = containers.filter(({ running, exitCode }) => !running && exitCode === 0);
        expect(done.map(({ service }) => service).sort()).toEqual(ONE_OFF);
      });
    /** What is in Prometheus of the past, up to a moment before the first scrape. */
    const past = async () => ({
      files: await project.compose(
        'exec',
        '-T',
        'prometheus',
        'cat',
        '/prometheus/taiga-bugflow-backfill.json',
      ),
      samples: await ask('sum(count_over_time(taiga_items[400d]))', beforeS),
      closed: await ask('sum(taiga_items_closed_total)', beforeS),
    });

    test('the exporter can be stopped while it makes up its year, which it then begins anew', async () => {
      await project.compose('up', '--detach', 'exporter');
      await patiently(async () =>
        expect(await project.compose('logs', '--no-color', 'exporter')).toMatch(/no database is configured/),
      );
      await project.compose('stop', '--timeout', '60', 'exporter');
      // 137, had it been killed.
      expect(await project.containers()).toMatchObject([{ running: false, exitCode: 0 }]);
    });

    test('starts without a single setting, and everything gets healthy', async () => {
      const startedAt = performance.now();
      beforeS = Math.floor(Date.now() / 1000);
      await project.compose('up', '--detach');
      await settled();
      const seconds = (performance.now() - startedAt) / 1000;
      console.info(`from up to healthy, history included: ${seconds.toFixed(0)} s`);
      const pinned = new Set((await pinnedImages()).values());
      for (const { image } of await project.containers()) expect(pinned).toContain(image);
    });

    test('scrapes, has the whole year, and no hole between the two', async () => {
      // It looks for new blocks once a minute.
      const yearAgo = await patiently(async () => {
        expect(await ask('sum(taiga_items offset 360d)')).toBeGreaterThan(0);
        return ask('sum(taiga_items_created_total offset 360d)');
      });
      expect(yearAgo).toBeGreaterThan(0);
      expect(await ask('count(up == 1)')).toBe(3);
      expect(await ask('count(taiga_project_info)')).toBe(PROJECTS);
      const nowS = Math.floor(Date.now() / 1000);
      const created = await askRange(prometheusUrl, 'sum(taiga_items_created_total)', {
        ...{ fromS: nowS - 3600, toS: nowS, stepS: 15 },
      });
      expect(created).toHaveLength(3600 / 15 + 1);
      // Past and present are one series each, or the sum would jump where both are seen.
      expect(await ask('count(count by (project, kind) (taiga_items_created_total) > 1) or vector(0)')).toBe(
        0,
      );
      expect(await ask('sum(resets(taiga_items_created_total[2h]))')).toBe(0);
    });

    test('provisions dashboards for anybody to see, and makes a wall for each project and their playlist', async () => {
      const found = z.array(z.object({ uid: z.string(), folderUid: z.string().optional() }));
      const dashboards = found.parse(await grafana('/api/search?type=dash-db'));
      const uids = dashboards.map(({ uid }) => uid);
      expect(uids).toContain('bugflow-team-wall');
      expect(uids.filter((uid) => uid.startsWith('bugflow-wall-'))).toHaveLength(PROJECTS);
      const [playlist] = z.array(z.object({ uid: z.string() })).parse(await grafana('/api/playlists'));
      const played = z
        .object({ items: z.array(z.object({ value: z.string() })) })
        .parse(await grafana(`/api/playlists/${playlist?.uid}`));
      expect(played.items.map(({ value }) => value).sort()).toEqual(
        uids.filter((uid) => uid.startsWith('bugflow-wall-')).sort(),
      );
    });

    test('nobody is root, nothing but volumes can be written, and no port is open to others', async () => {
      for (const service of LONG_RUNNING) {
        expect(await project.compose('exec', '-T', service, 'id', '-u'), service).not.toBe('0\n');
        await expect(
          project.compose('exec', '-T', service, 'sh', '-c', 'echo x > /etc/x'),
          service,
        ).rejects.toThrow(/read-only/i);
      }
      const ports = await engine.docker(['ps', '--format', '{{.Ports}}']);
      expect(ports).toMatch(/127\.0\.0\.1:\d+->3000/);
      expect(ports).not.toMatch(/0\.0\.0\.0:|\[?::\]?:\d+->/);
    });

    test('Prometheus evaluates the shipped rules, and they are good', async () => {
      const schema = z.object({
        data: z.object({ groups: z.array(z.object({ rules: z.array(z.object({ health: z.string() })) })) }),
      });
      const { data } = schema.parse(await (await fetch(`${prometheusUrl}/api/v1/rules`)).json());
      const rules = data.groups.flatMap((group) => group.rules);
      expect(rules.length).toBeGreaterThan(20);
      expect(rules.filter(({ health }) => health === 'err')).toEqual([]);
    });

    test('nobody is told, and somebody once there is a webhook', async () => {
      const receivers = async (): Promise<string[]> => {
        const answer = await fetch(project.url('ALERTMANAGER_PORT', '/api/v2/receivers'));
        return z
          .array(z.object({ name: z.string() }))
          .parse(await answer.json())
          .map(({ name }) => name);
      };
      expect(await receivers()).toEqual(['nobody']);
      const before = readFileSync(join(project.folder, '.env'), 'utf8');
      writeFileSync(join(project.folder, 'slack-url'), 'https://hooks.slack.com/services/T/B/x\n');
      writeFileSync(join(project.folder, '.env'), `${before}SLACK_URL_FILE=./slack-url\n`);
      await project.compose('up', '--detach');
      await settled();
      expect(await receivers()).toEqual(['Slack /run/secrets/slack_url', 'nobody']);
      writeFileSync(join(project.folder, '.env'), before);
      await project.compose('up', '--detach');
      await settled();
      expect(await receivers()).toEqual(['nobody']);
    });

    test('a second up changes nothing', async () => {
      const before = await past();
      expect(before.samples).toBeGreaterThan(100_000);
      const walls = await grafana('/api/search?type=dash-db');
      await project.compose('up', '--detach');
      await settled();
      expect(await past()).toEqual(before);
      expect(await grafana('/api/search?type=dash-db')).toEqual(walls);
      const said = await project.compose('logs', '--no-color', 'history');
      expect(said).toMatch(/is there already: nothing to do/);
    });

    test('the exporter stops on its own, and goes on where it was', async () => {
      const before = await ask('sum(taiga_items_created_total)');
      await project.compose('stop', '--timeout', '60', 'exporter');
      const exporter = (await project.containers()).find(({ service }) => service === 'exporter');
      // 137, had it been killed.
      expect(exporter).toMatchObject({ running: false, exitCode: 0 });
      await project.compose('up', '--detach');
      await settled();
      expect(await project.compose('logs', '--no-color', 'exporter')).toMatch(/continues after its year/);
      await patiently(async () => {
        expect(await ask('count_over_time(up{job="taiga-bugflow"}[30s]) > 0 and up == 1')).toBeGreaterThan(0);
        expect(await ask('sum(taiga_items_created_total)')).toBeGreaterThanOrEqual(before ?? 0);
      });
      expect(await ask('sum(resets(taiga_items_created_total[2h]))')).toBe(0);
    });

    test('an upgrade, with new containers, keeps what was there', async () => {
      const before = await past();
      await project.compose('down');
      await project.compose('up', '--detach');
      await settled();
      await patiently(async () => expect(await past()).toEqual(before));
    });

    test('down with its volumes leaves nothing behind', async () => {
      await project.compose('down', '--volumes');
      expect(await engine.docker(['ps', '--all', '--quiet'])).toBe('');
      expect(await engine.docker(['volume', 'ls', '--quiet'])).toBe('');
      expect(await engine.docker(['network', 'ls', '--quiet', '--filter', 'type=custom'])).toBe('');
    });
  },
);

test('every image is pinned by its version, and the documentation says where it was read', async () => {
  const page = await readFile(new URL('../../docs/compose.md', import.meta.url), 'utf8');
  for (const image of new Set((await pinnedImages()).values())) {
    if (image === 'taiga-bugflow:local') continue;
    expect(image).toMatch(/:v?\d+\.\d+\.\d+(-[\w-]+)?$/);
    expect(page).toContain(`\`${image}\``);
  }
});
