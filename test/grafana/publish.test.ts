import { expect, onTestFinished, test } from 'vitest';
import { createGrafanaClient } from '../../src/grafana/client.js';
import { readCredentials } from '../../src/grafana/credentials.js';
import { type Plan, type Published, publish } from '../../src/grafana/publish.js';
import { eventually } from '../support/eventually.js';
import {
  type GrafanaServer,
  type GrafanaServerOptions,
  PROMETHEUS,
  startGrafanaServer,
} from '../support/grafana-server.js';
import { HANG_MS } from '../support/hang.js';
import { errorOf, folderWith } from '../unit/helpers.js';
import { DASHBOARDS, dashboard } from './dashboards.js';

const TOKEN = 'glsa_0123456789';
const PROJECTS = [
  { slug: 'intranet', name: 'Intranet' },
  { slug: 'webshop', name: 'The web shop' },
];
const PLAN: Plan = {
  dashboards: DASHBOARDS,
  projects: PROJECTS,
  folder: undefined,
  datasource: undefined,
  playlistOnly: false,
  waitMs: 0,
  addresses: { exporter: 'https://bugflow.example.org', alertmanager: undefined },
  message: 'a test',
};

interface Subject {
  readonly server: GrafanaServer;
  run(change?: Partial<Plan>): Promise<Published>;
}

async function start(options: GrafanaServerOptions = {}): Promise<Subject> {
  const server = await startGrafanaServer({ accounts: { tokens: { [TOKEN]: 'editor' } }, ...options });
  onTestFinished(() => server.close());
  const folder = await folderWith({ token: `${TOKEN}\n` });
  const client = createGrafanaClient({
    url: server.url,
    credentials: await readCredentials({ tokenFile: `${folder}/token` }),
    waitMs: 0,
    print: () => undefined,
  });
  return { server, run: (change) => publish(client, { ...PLAN, ...change }) };
}

const changesOf = ({ dashboards, walls, deleted }: Published): Record<string, string> =>
  Object.fromEntries([...dashboards, ...walls, ...deleted].map(({ uid, change }) => [uid, change]));

test('an empty Grafana gets folder, dashboards, walls and playlist', async () => {
  const { server, run } = await start();
  const published = await run();
  expect(published.folder).toEqual({ title: 'Taiga', change: 'created' });
  expect(changesOf(published)).toEqual({
    'bugflow-bug-flow': 'created',
    'bugflow-team-wall': 'created',
    'bugflow-wall-intranet': 'created',
    'bugflow-wall-webshop': 'created',
  });
  const { folders, dashboards, playlists } = server.store;
  expect([...folders.values()]).toMatchObject([{ uid: 'bugflow', title: 'Taiga' }]);
  expect([...dashboards.values()].map(({ folderUid }) => folderUid)).toEqual(Array(4).fill('bugflow'));
  expect([...playlists.values()]).toEqual([
    {
      uid: 'bugflow-walls',
      name: 'Team walls',
      interval: '1m',
      items: [
        { type: 'dashboard_by_uid', value: 'bugflow-wall-intranet' },
        { type: 'dashboard_by_uid', value: 'bugflow-wall-webshop' },
      ],
    },
  ]);
  const [first] = dashboards.get('bugflow-bug-flow')?.versions ?? [];
  expect(first?.message).toBe('a test');
  expect(first?.content).toMatchObject({
    templating: {
      list: [
        { name: 'datasource', current: { text: 'Prometheus', value: 'prometheus-uid' } },
        { name: 'project', type: 'constant', query: '.+' },
        { name: 'exporter', type: 'constant', query: 'https://bugflow.example.org' },
      ],
    },
  });
});

test('a second run writes nothing', async () => {
  const { server, run } = await start();
  await run();
  const writes = server.writes().length;
  const published = await run();
  expect(server.writes().slice(writes)).toEqual([]);
  expect(new Set(Object.values(changesOf(published)))).toEqual(new Set(['unchanged']));
  expect(published.folder?.change).toBe('unchanged');
  expect(published.playlist?.change).toBe('unchanged');
});

test('a dashboard that changed gets one version more, the others none', async () => {
  const { server, run } = await start();
  await run();
  const changed = dashboard('bugflow-bug-flow', 'Bug flow', { refresh: '5m' });
  const published = await run({ dashboards: [changed, ...DASHBOARDS.slice(1)] });
  expect(changesOf(published)).toMatchObject({
    'bugflow-bug-flow': 'updated',
    'bugflow-team-wall': 'unchanged',
    'bugflow-wall-webshop': 'unchanged',
  });
  const versions = server.store.dashboards.get('bugflow-bug-flow')?.versions;
  expect(versions?.map(({ content }) => content.refresh)).toEqual(['1m', '5m']);
});

test('what a person changed in Grafana is set right again', async () => {
  const { server, run } = await start();
  await run();
  const client = server.store;
  const mine = { ...DASHBOARDS[0], title: 'Mine', version: 1 };
  expect(client.saveDashboard({ dashboard: mine, folderUid: '' }).status).toBe(200);
  expect(changesOf(await run())).toMatchObject({ 'bugflow-bug-flow': 'updated' });
  const { versions, folderUid } = client.dashboards.get('bugflow-bug-flow') ?? {};
  expect([versions?.length, versions?.at(-1)?.content.title, folderUid]).toEqual([3, 'Bug flow', 'bugflow']);
});

test('somebody saves the same dashboard at the same moment: theirs is a version, and nothing gets lost', async () => {
  let interfered = false;
  const { server, run } = await start({
    before({ method, url }) {
      const { dashboards, saveDashboard } = server.store;
      const found = dashboards.get('bugflow-bug-flow');
      if (found && !interfered && method === 'POST' && url === '/api/dashboards/db') {
        interfered = true;
        const mine = { ...DASHBOARDS[0], title: 'Mine', version: found.versions.length };
        saveDashboard({ dashboard: mine, folderUid: 'bugflow' });
      }
      return undefined;
    },
  });
  await run();
  const changed = dashboard('bugflow-bug-flow', 'Bug flow', { refresh: '5m' });
  interfered = false;
  expect(changesOf(await run({ dashboards: [changed, ...DASHBOARDS.slice(1)] }))).toMatchObject({
    'bugflow-bug-flow': 'updated',
  });
  const versions = server.store.dashboards.get('bugflow-bug-flow')?.versions;
  expect(versions?.map(({ content }) => content.title).slice(-2)).toEqual(['Mine', 'Bug flow']);
});

test('projects come, go, and get other names', async () => {
  const { server, run } = await start();
  await run();
  const published = await run({
    projects: [
      { slug: 'app', name: 'App' },
      { slug: 'webshop', name: 'Shop' },
    ],
  });
  expect(changesOf(published)).toMatchObject({
    'bugflow-wall-app': 'created',
    'bugflow-wall-webshop': 'updated',
    'bugflow-wall-intranet': 'deleted',
  });
  const { dashboards, playlists } = server.store;
  expect([...dashboards.keys()].filter((uid) => uid.startsWith('bugflow-wall-')).sort()).toEqual([
    'bugflow-wall-app',
    'bugflow-wall-webshop',
  ]);
  expect(playlists.get('bugflow-walls')?.items.map(({ value }) => value)).toEqual([
    'bugflow-wall-app',
    'bugflow-wall-webshop',
  ]);
});

test('what only looks like a wall is not deleted', async () => {
  const { server, run } = await start();
  await run();
  const { saveDashboard, dashboards } = server.store;
  const others = [
    dashboard('bugflow-wall-mine', 'No tag', { tags: [] }),
    dashboard('my-wall', 'Another uid', { tags: ['taiga-bugflow-wall'] }),
  ];
  for (const each of others) saveDashboard({ dashboard: each, folderUid: 'bugflow' });
  expect((await run()).deleted).toEqual([]);
  expect([...dashboards.keys()]).toEqual(expect.arrayContaining(['bugflow-wall-mine', 'my-wall']));
});

test('no project at all: walls and playlist stay as they are', async () => {
  const { server, run } = await start();
  await run();
  const published = await run({ projects: [] });
  expect(published).toMatchObject({ walls: [], deleted: [], playlist: undefined });
  expect(server.store.dashboards.has('bugflow-wall-webshop')).toBe(true);
  expect(server.store.playlists.get('bugflow-walls')?.items).toHaveLength(2);
});

test("the playlist's title, its interval and what else is in it are a person's", async () => {
  const { server, run } = await start();
  await run();
  const { playlists, updatePlaylist } = server.store;
  const theirs = { type: 'dashboard_by_tag', value: 'servers' };
  updatePlaylist('bugflow-walls', {
    name: 'Third floor',
    interval: '20s',
    items: [theirs, ...(playlists.get('bugflow-walls')?.items ?? [])],
  });
  const published = await run({ projects: PROJECTS.slice(1) });
  expect(published.playlist).toMatchObject({ title: 'Third floor', interval: '20s', change: 'updated' });
  expect(playlists.get('bugflow-walls')?.items).toEqual([
    { type: 'dashboard_by_uid', value: 'bugflow-wall-webshop' },
    theirs,
  ]);
  expect((await run({ projects: PROJECTS.slice(1) })).playlist?.change).toBe('unchanged');
});

test('a Grafana that names playlists itself: found again by the title', async () => {
  const { createGrafanaStore } = await import('../support/grafana/store.js');
  const { server, run } = await start({ store: createGrafanaStore({ playlistUids: false }) });
  const { playlist } = await run();
  expect(playlist?.uid).toMatch(/^made/);
  expect((await run()).playlist).toEqual({ ...playlist, change: 'unchanged' });
  expect(server.store.playlists.size).toBe(1);
});

test('a Grafana that has only the newer interface for playlists', async () => {
  const { server, run } = await start({ withoutLegacyPlaylists: true });
  expect((await run()).playlist).toMatchObject({ uid: 'bugflow-walls', change: 'created' });
  const { playlists } = server.store;
  const theirs = { type: 'dashboard_by_uid', value: 'servers', variables: { host: ['a'] } };
  const before = playlists.get('bugflow-walls');
  if (before) playlists.set('bugflow-walls', { ...before, items: [...before.items, theirs] });
  expect((await run()).playlist?.change).toBe('unchanged');
  expect((await run({ projects: PROJECTS.slice(1) })).playlist?.change).toBe('updated');
  expect(playlists.get('bugflow-walls')).toEqual({
    uid: 'bugflow-walls',
    name: 'Team walls',
    interval: '1m',
    items: [{ type: 'dashboard_by_uid', value: 'bugflow-wall-webshop' }, theirs],
  });
});

test('with --playlist-only nothing is made but walls and playlist, in the folder of the team wall', async () => {
  const { server, run } = await start();
  const { store } = server;
  store.createFolder({ uid: 'from-file', title: 'Taiga' });
  for (const each of DASHBOARDS) store.provision(each, 'from-file');
  expect((await errorOf(run())).message).toBe(
    'the dashboard "Bug flow" (bugflow-bug-flow) comes from a file in Grafana\'s provisioning, which cannot be overwritten: use --playlist-only, or take that file away first',
  );
  store.folders.delete('bugflow');
  const published = await run({ playlistOnly: true });
  expect(published).toMatchObject({ folder: undefined, dashboards: [], playlist: { change: 'created' } });
  expect(store.dashboards.get('bugflow-wall-webshop')?.folderUid).toBe('from-file');
  expect([...store.folders.keys()]).toEqual(['from-file']);
  const writes = server.writes().length;
  await run({ playlistOnly: true });
  expect(server.writes()).toHaveLength(writes);
});

test('with --playlist-only it waits for the files to be read, but not for ever', async () => {
  const { server, run } = await start();
  expect((await run({ playlistOnly: true })).walls).toHaveLength(2);
  expect(server.store.dashboards.get('bugflow-wall-webshop')?.folderUid).toBe('');
  const running = run({ playlistOnly: true, waitMs: HANG_MS });
  const asked = (): number =>
    server.requests.filter((line) => line === 'GET /api/dashboards/uid/bugflow-team-wall').length;
  const before = asked();
  await eventually(() => expect(asked()).toBeGreaterThan(before + 1));
  server.store.createFolder({ uid: 'from-file', title: 'Taiga' });
  for (const each of DASHBOARDS) server.store.provision(each, 'from-file');
  expect(changesOf(await running)).toMatchObject({ 'bugflow-wall-webshop': 'updated' });
  expect(server.store.dashboards.get('bugflow-wall-webshop')?.folderUid).toBe('from-file');
});

test.each([
  ['none, and none is there', undefined, [], { title: 'Taiga', uid: 'bugflow', change: 'created' }],
  ['none, and ours was renamed', undefined, [['bugflow', 'Ours']], { title: 'Ours', change: 'unchanged' }],
  ['a title that is new', 'Team', [], { title: 'Team', uid: 'bugflow', change: 'created' }],
  ['a title that is there', 'Team', [['x', 'Team']], { title: 'Team', uid: 'x', change: 'unchanged' }],
  ['a uid that is there', 'x', [['x', 'Team']], { title: 'Team', uid: 'x', change: 'unchanged' }],
  ['another title', 'New', [['bugflow', 'Old']], { title: 'New', uid: 'bugflow', change: 'updated' }],
] as const)('folder: %s', async (_case, folder, there, expected) => {
  const { server, run } = await start();
  for (const [uid, title] of there) server.store.createFolder({ uid, title });
  const { uid = 'bugflow', ...wanted } = { uid: undefined, ...expected };
  expect((await run({ folder })).folder).toEqual(wanted);
  expect(server.store.dashboards.get('bugflow-team-wall')?.folderUid).toBe(uid);
  expect((await run({ folder })).folder?.change).toBe('unchanged');
});

const LOKI = { uid: 'l', name: 'Logs', type: 'loki' };
const OLD = { uid: 'o', name: 'Old', type: 'prometheus' };
const NEW = { uid: 'n', name: 'New', type: 'prometheus' };

test.each([
  ['the default one', [{ ...LOKI }, OLD, { ...NEW, isDefault: true }], undefined, 'n'],
  ['the only one, though another kind is the default', [{ ...LOKI, isDefault: true }, OLD], undefined, 'o'],
  ['by its name', [OLD, NEW], 'Old', 'o'],
  ['by its uid', [OLD, NEW], 'n', 'n'],
] as const)(
  'data source: %s, whether one may list them or not',
  async (_case, datasources, datasource, uid) => {
    for (const role of ['editor', 'admin'] as const) {
      const { run } = await start({ datasources, accounts: { tokens: { [TOKEN]: role } } });
      expect((await run({ datasource })).datasource.uid).toBe(uid);
    }
  },
);

test.each([
  [
    [OLD, NEW],
    undefined,
    'which Prometheus scrapes the exporter? Name it with --datasource; Grafana has "Old", "New"',
  ],
  [[PROMETHEUS], 'X', 'has no Prometheus data source "X"; known are "Prometheus"'],
  [[LOKI], 'X', 'has no Prometheus data source "X", and no other: add it there first'],
  [[LOKI], undefined, 'has no Prometheus data source: add the Prometheus that scrapes the exporter'],
] as const)('no data source: %j %s', async (datasources, datasource, message) => {
  const { server, run } = await start({ datasources });
  const error = await errorOf(run({ datasource }));
  expect(error.code).toBe('GRAFANA_DATASOURCE');
  expect(error.message).toContain(message);
  expect(server.writes()).toEqual([]);
});
