import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type GrafanaCommandOptions, grafana } from '../../src/main/grafana.js';
import { addGrafanaCommand } from '../../src/main/grafana-command.js';
import { loadInstallation } from '../../src/main/installation.js';
import { bugflow } from '../support/bugflow.js';
import { exampleTaiga } from '../support/fixture.js';
import { type GrafanaServer, startGrafanaServer } from '../support/grafana-server.js';
import { startPGlite, type TestPostgres } from '../support/postgres.js';
import { folderWith } from '../unit/helpers.js';
import { folderOfDashboards } from './dashboards.js';

const TOKEN = 'glsa_Geh3im';

async function startServer(): Promise<GrafanaServer> {
  const server = await startGrafanaServer({ accounts: { tokens: { [TOKEN]: 'editor' } } });
  onTestFinished(() => server.close());
  return server;
}

describe('the command', () => {
  let taiga: TestPostgres;
  beforeAll(async () => {
    taiga = await startPGlite();
    await exampleTaiga().load(taiga);
  });
  afterAll(() => taiga?.close());

  /** Resolves to what it has printed. */
  async function run(
    server: GrafanaServer,
    config: string,
    change: Partial<GrafanaCommandOptions> = {},
  ): Promise<string> {
    const folder = await folderWith({ 'bugflow.yaml': config, token: TOKEN });
    const printed: string[] = [];
    const env = { TAIGA_DATABASE_URL: taiga.url };
    await grafana(await loadInstallation({ file: `${folder}/bugflow.yaml`, env }), {
      url: `${server.url}/`,
      credentials: { tokenFile: `${folder}/token` },
      folder: undefined,
      datasource: undefined,
      playlistOnly: false,
      waitMs: 0,
      dashboardsFolder: await folderOfDashboards(),
      version: '1.2.3',
      now: new Date(),
      print: (line) => void printed.push(line),
      ...change,
    });
    return printed.join('\n');
  }

  test('makes a wall of each project that is exported, and says what to open', async () => {
    const server = await startServer();
    const config =
      'projects: { exclude: [shop, empty] }\nexternal_urls: { grafana: "https://g.example.org/grafana/" }\n';
    expect(await run(server, config)).toBe(
      [
        `Grafana 12.4.0 at ${server.url}, data source "Prometheus"`,
        'created  folder "Taiga"',
        'created  dashboard "Bug flow"',
        'created  dashboard "Team wall"',
        'created  dashboard "archive-2025 · wall"',
        'created  dashboard "Lanes · wall"',
        'created  playlist "Team walls", 1m for each of 2',
        '',
        'For the TV, every wall in turn:',
        '  https://g.example.org/grafana/playlists/play/bugflow-walls?kiosk&autofitpanels',
        'One wall alone:',
        '  archive-2025 · wall  https://g.example.org/grafana/d/bugflow-wall-archive-2025?kiosk&autofitpanels',
        '  Lanes · wall         https://g.example.org/grafana/d/bugflow-wall-lanes?kiosk&autofitpanels',
      ].join('\n'),
    );
    const [first] = server.store.dashboards.get('bugflow-wall-archive-2025')?.versions ?? [];
    expect(first?.message).toBe('taiga-bugflow 1.2.3');
    const again = await run(server, config);
    expect(again.match(/^\w+(?= {2}\w+ ")/gm)).toEqual(Array(6).fill('unchanged'));
  });

  test('with no project leaves the walls alone and says so', async () => {
    const server = await startServer();
    await run(server, '');
    const walls = server.store.dashboards.size;
    const printed = await run(server, 'projects: { include: [] }\n');
    expect(printed).toMatch(/\nNo project is exported yet, so there are no walls to show: check `projects`/);
    expect(server.store.dashboards.size).toBe(walls);
  });
});

describe('the command line', () => {
  const env = { TAIGA_DATABASE_URL: 'postgres://bugflow@127.0.0.1:1/taiga' };
  const URL_FLAG = ['--url', 'http://localhost:3000'];

  test.each<[string, string[], string]>([
    ['nobody', URL_FLAG, 'give a login'],
    ['a user without a password', [...URL_FLAG, '--user', 'ann'], 'give both'],
    [
      'two logins',
      [...URL_FLAG, '--token-file', 't', '--user', 'ann', '--password-file', 'p'],
      'give a login once',
    ],
    [
      'a user with a colon',
      [...URL_FLAG, '--user', 'a:b', '--password-file', 'p'],
      'must not contain a colon',
    ],
    ['no address', ['--token-file', 't'], 'give an address: --url, or external_urls.grafana'],
    ['an address that is none', ['--url', 'grafana', '--token-file', 't'], 'write it like https://grafana'],
    ['a query', ['--url', 'http://h/?orgId=1', '--token-file', 't'], 'it must not contain ? or #'],
    ['a wait that is none', [...URL_FLAG, '--token-file', 't', '--wait', 'long'], 'write it like 60s'],
  ])('refuses %s', async (_case, flags, message) => {
    const said: string[] = [];
    const program = new Command()
      .exitOverride()
      .configureOutput({ writeErr: (text) => void said.push(text) });
    addGrafanaCommand(program, {
      source: () => ({ file: undefined, env }),
      env: {},
      version: '1',
      print: () => undefined,
    });
    for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
    await expect(program.parseAsync(['grafana', ...flags], { from: 'user' })).rejects.toThrow(CommanderError);
    expect(said.join('')).toContain(message);
  });

  test('does not show a password that is in the address', async () => {
    const { status, stdout, stderr } = await bugflow(
      ['grafana', '--url', 'https://me:Geh3im@h', '--token-file', 't'],
      env,
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(
      'error: --url: credentials go into files: --token-file, or --user and --password-file\n',
    );
  });
});
