import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGrafanaClient } from '../../src/grafana/client.js';
import { readCredentials } from '../../src/grafana/credentials.js';
import { readDashboards } from '../../src/grafana/dashboard.js';
import { publish } from '../../src/grafana/publish.js';
import { adaptDashboard } from '../../src/grafana/variables.js';
import { projectWall, TEAM_WALL_UID, WALL_TAG, WALL_UID_PREFIX } from '../../src/grafana/walls.js';
import { SHIPPED_DASHBOARDS } from '../../src/main/grafana.js';
import { ROOT } from '../support/bugflow.js';
import { startGrafanaServer } from '../support/grafana-server.js';
import { folderWith } from '../unit/helpers.js';

describe('the shipped dashboards', () => {
  test('have what the command changes in them', async () => {
    const dashboards = await readDashboards(SHIPPED_DASHBOARDS);
    expect(dashboards.map(({ uid }) => uid).filter((uid) => uid.startsWith(WALL_UID_PREFIX))).toEqual([]);
    for (const { uid, templating } of dashboards)
      expect(
        templating?.list.map(({ type }) => type),
        uid,
      ).toContain('datasource');
    const teamWall = dashboards.find(({ uid }) => uid === TEAM_WALL_UID);
    expect(teamWall?.tags).toEqual([WALL_TAG]);
    expect(teamWall?.templating?.list.map(({ name }) => name)).toContain('project');
    const wall = teamWall && projectWall(teamWall, { slug: 'webshop', name: 'Webshop' });
    expect(wall?.templating?.list.find(({ name }) => name === 'project')?.query).toBe('webshop');
    expect(wall?.panels).toEqual(teamWall?.panels);
  });

  test('have the address of the exporter that the page on Kubernetes replaces', () => {
    const page = readFileSync(join(ROOT, 'docs/kubernetes.md'), 'utf8');
    const [, address = ''] = /sed 's#([^#]+)#/.exec(page) ?? [];
    const wall = readFileSync(join(SHIPPED_DASHBOARDS, 'bug-flow.json'), 'utf8');
    expect(wall).toMatch(new RegExp(`"query": "${address}"`));
  });

  test('have no dead link where the address of the exporter is not known', async () => {
    for (const shipped of await readDashboards(SHIPPED_DASHBOARDS)) {
      const adapt = (exporter: string | undefined): string =>
        JSON.stringify(
          adaptDashboard(shipped, {
            datasource: { uid: 'u', name: 'n', isDefault: true },
            addresses: { exporter },
          }),
        );
      const links = /"url":"\$\{exporter\}/;
      if (shipped.uid !== 'bugflow-exporter') expect(adapt('https://b'), shipped.uid).toMatch(links);
      expect(adapt(undefined), shipped.uid).not.toMatch(links);
      expect(adapt(undefined).length).toBeGreaterThan(10_000);
    }
  });

  test('go into a Grafana, and a second time change nothing', async () => {
    const server = await startGrafanaServer({ accounts: { tokens: { token: 'editor' } } });
    onTestFinished(() => server.close());
    const folder = await folderWith({ token: 'token' });
    const client = createGrafanaClient({
      url: server.url,
      credentials: await readCredentials({ tokenFile: join(folder, 'token') }),
      waitMs: 0,
      print: () => undefined,
    });
    const plan = {
      dashboards: await readDashboards(SHIPPED_DASHBOARDS),
      projects: [{ slug: 'webshop', name: 'Webshop' }],
      folder: undefined,
      datasource: undefined,
      playlistOnly: false,
      waitMs: 0,
      addresses: { exporter: 'https://bugflow.example.org' },
      message: '',
    };
    expect((await publish(client, plan)).dashboards.map(({ change }) => change)).toEqual(
      plan.dashboards.map(() => 'created'),
    );
    expect(JSON.stringify([...server.store.dashboards.values()])).not.toContain('http://127.0.0.1:10284');
    const writes = server.writes().length;
    await publish(client, plan);
    expect(server.writes()).toHaveLength(writes);
  });
});
