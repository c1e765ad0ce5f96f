import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { bugflow, createFolder, type Folder, type Outcome, ROOT } from '../support/bugflow.js';
import { exampleTaiga } from '../support/fixture.js';
import { Metrics } from '../support/measure.js';
import { freePort, startEitherPostgres, type TestPostgres } from '../support/postgres.js';

describe('the command line', () => {
  let server: TestPostgres;
  let folder: Folder;
  let env: { TAIGA_DATABASE_URL: string };
  let password: string;

  beforeAll(async () => {
    folder = createFolder();
    server = await startEitherPostgres();
    await exampleTaiga().load(server);
    const url = new URL(server.url);
    // The embedded database lets everybody in.
    url.password ||= 'Geh3im';
    env = { TAIGA_DATABASE_URL: url.href };
    password = decodeURIComponent(url.password);
  });
  afterAll(async () => {
    await server?.close();
    folder?.remove();
  });

  it.each([
    ['nothing', []],
    ['an unknown command', ['colect']],
    ['an unknown option', ['collect', '--yesterday']],
    ['a time without a zone', ['collect', '--at', '2026-03-01T12:00:00']],
    ['a time in the future', ['collect', '--at', '2999-01-01']],
    ['a port that is none', ['serve', '--port', '70000']],
    ['an argument too many', ['check', 'items']],
    ['a backfill without a target', ['backfill', '--from', '2026-01-01']],
    ['a backfill with two targets', ['backfill', '--from', '2026-01-01', '--dry-run', '--out', 'past']],
  ])('answers %s with status 2', async (_, args) => {
    const { status, stdout, stderr } = await bugflow(args, env);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('answers --help and --version with status 0', async () => {
    const help = await bugflow(['--help']);
    expect(help.status).toBe(0);
    for (const command of ['serve', 'demo', 'check', 'collect', 'backfill', 'grafana', 'alertmanager'])
      expect(help.stdout).toContain(`  ${command} `);
    expect(await bugflow(['--version'])).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^\d/),
      stderr: '',
    });
  });

  describe('fails with status 1 and one line', () => {
    const failure = async (args: readonly string[], environment = {}): Promise<string> => {
      const { status, stdout, stderr } = await bugflow(args, environment);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/^taiga-bugflow: [^\n]+\n$/);
      expect(stderr).not.toContain(password);
      return stderr.slice('taiga-bugflow: '.length, -1);
    };

    it('without a database', async () => {
      expect(await failure(['collect'])).toMatch(
        /^no database is configured; set TAIGA_DATABASE_URL=postgres:/,
      );
    });

    it('for a URL of something else', async () => {
      expect(await failure(['collect'], { TAIGA_DATABASE_URL: `mysql://a:${password}@b/c` })).toMatch(
        /PostgreSQL; write postgres:\/\/USER:PASSWORD@HOST/,
      );
    });

    it('for a configuration that is not there', async () => {
      expect(await failure(['--config', '/no/such.yaml', 'check'], env)).toBe(
        'cannot read /no/such.yaml: there is no such file',
      );
      expect(await failure(['collect'], { ...env, TAIGA_BUGFLOW_CONFIG: '/tmp' })).toBe(
        'cannot read /tmp: it is a folder',
      );
    });

    it('for a mistake in the configuration', async () => {
      const file = folder.write(
        'mistake.yaml',
        `database:\n  url: ${env.TAIGA_DATABASE_URL}\ntimezone: UTC\n`,
      );
      expect(await failure(['-c', file, 'serve'])).toBe(
        `${file}:3: unknown key "timezone"; did you mean "time_zone"?`,
      );
    });

    it('for a collector that is not there', async () => {
      expect(await failure(['collect', 'itmes'], env)).toMatch(
        /^there is no collector "itmes"; known are assigned_items, attention, /,
      );
    });

    it('for a collector in a file that could not be loaded', async () => {
      folder.write('twice/one.yaml', ownCollector('one', 'taiga_items'));
      const file = folder.write('twice/bugflow.yaml', 'collectors: [./one.yaml]');
      expect(await failure(['-c', file, 'collect', 'one'], env)).toMatch(
        /^there is no collector "one"; known are .*; not loaded: .*twice\/one\.yaml:4: metric "taiga_items" is already defined in .*metrics\/items\.yaml:\d+; rename one$/,
      );
    });

    it('for a database that cannot be reached', async () => {
      const url = `postgres://reader:${encodeURIComponent(password)}@127.0.0.1:${await freePort()}/taiga`;
      const message =
        /^cannot reach the database at 127\.0\.0\.1:\d+: nothing listens there; is PostgreSQL running/;
      expect(await failure(['collect'], { TAIGA_DATABASE_URL: url })).toMatch(message);
      const { status, stderr } = await bugflow(['check'], { TAIGA_DATABASE_URL: url });
      expect(status).toBe(1);
      expect(stderr.slice('taiga-bugflow: '.length)).toMatch(message);
    });

    it('for a port that is in use', async () => {
      const other: Server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const address = other.address();
      const port = String(typeof address === 'object' ? address?.port : '');
      const { status, stderr } = await bugflow(['serve', '--port', port], env);
      other.close();
      expect(status).toBe(1);
      expect(stderr).toMatch(/^taiga-bugflow: cannot listen on 127\.0\.0\.1:\d+: the port is in use; .*\n$/);
    });
  });

  describe('collect', () => {
    const collected = async (...args: string[]): Promise<Metrics> => {
      const { status, stdout, stderr } = await bugflow(['collect', ...args], env);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return new Metrics(stdout);
    };

    it('prints all metrics', async () => {
      const metrics = await collected();
      expect(metrics.names().length).toBeGreaterThan(25);
      expect(metrics.value('taiga_items', { project: 'shop', kind: 'task', status: 'Closed' })).toBe(3);
    });

    it('prints those of the collectors named', async () => {
      const metrics = await collected('members', 'item_age');
      expect(new Set(metrics.names().map((name) => name.replace(/_(bucket|sum|count)$/, '')))).toEqual(
        new Set(['taiga_project_members', 'taiga_item_age_seconds']),
      );
    });

    it('prints what was so at a time of the past, and names what cannot tell', async () => {
      const { status, stdout, stderr } = await bugflow(
        ['collect', 'attention', 'issues', 'wip_limits', '--at', '2026-03-01'],
        env,
      );
      expect(status).toBe(0);
      expect(stderr).toBe('taiga-bugflow: left out, as they cannot tell the past: attention, wip_limits\n');
      const metrics = new Metrics(stdout);
      expect(metrics.names()).toEqual(['taiga_issues']);
      expect(metrics.sum('taiga_issues', { project: 'shop', status: 'In progress' })).toBe(1);
      const future = await bugflow(['collect', '--at', '2999-01-01'], env);
      expect(future.stderr).toMatch(/'2999-01-01' is invalid\. it is in the future, which is not known\.\n$/);
    });

    it('prints OpenMetrics', async () => {
      const { status, stdout } = await bugflow(['collect', 'projects', '--openmetrics'], env);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^# HELP taiga_project_info [\s\S]*\n# EOF\n$/);
    });

    it('ends quietly when its reader has seen enough', async () => {
      const command = `"${process.execPath}" --import tsx src/main.ts collect | head -n 1`;
      const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], {
        cwd: ROOT,
        env: { PATH: process.env.PATH, ...env },
      });
      expect(stderr).toBe('');
      expect(stdout).toMatch(/^# HELP taiga_[^\n]*\n$/);
    });

    it('leaves out a collector that fails, says so, and ends with status 1', async () => {
      folder.write('half/own.yaml', ownCollector('own', 'own_metric', 'SELECT 1 / 0 AS value'));
      const file = folder.write('half/bugflow.yaml', OWN_COLLECTOR);
      const { status, stdout, stderr } = await bugflow(['-c', file, 'collect', 'own', 'members'], env);
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^taiga-bugflow: \S*half\/own\.yaml:\d+: collector "\w+": SQL: division by zero\n$/,
      );
      expect(new Metrics(stdout).sum('taiga_project_members')).toBe(5);
    });
  });

  describe('check', () => {
    const line = (outcome: Outcome, start: string): string | undefined =>
      outcome.stdout
        .split('\n')
        .find((text) => text.startsWith(start))
        ?.replaceAll(/ {2,}/g, ' | ');

    it('prints the stages of the statuses and what each collector yields', async () => {
      const outcome = await bugflow(['check'], env);
      expect(outcome).toMatchObject({ status: 0, stderr: '' });
      expect(line(outcome, 'project ')).toBe('project | kind | status | closed | stage');
      const stages = outcome.stdout.split('\n').map((text) => text.replaceAll(/ {2,}/g, ' | '));
      expect(stages.filter((text) => text.startsWith('shop | userstory'))).toEqual([
        'shop | userstory | New | false | backlog',
        'shop | userstory | Ready | false | ready',
        'shop | userstory | Doing | false | active',
        'shop | userstory | Ready for test | false | waiting',
        'shop | userstory | Done | true | done',
        'shop | userstory | Archived | true | done',
      ]);
      expect(stages).toContain('lanes | userstory | In "Arbeit" \\ läuft\ufffd2 | false | active | a guess');
      // What it prints for the guesses can be copied.
      const [configuration = ''] = outcome.stdout
        .slice(outcome.stdout.indexOf('\nworkflow:\n') + 1)
        .split('\n\n');
      const file = folder.write('copied/bugflow.yaml', configuration);
      const { workflow } = await loadConfig({ file, env });
      expect(workflow).toContainEqual({
        project: 'lanes',
        kind: 'userstory',
        status: expect.stringContaining('In "Arbeit" \\ läuft'),
        stage: 'active',
      });
      expect(line(outcome, 'items ')).toMatch(/^items | good | 25 | 25 | \d+ ms$/);
      expect(outcome.stdout).toMatch(
        /\nAll is well except for the warning above: \d+ collectors, \d+ ms of database time\.\n$/,
      );
      expect(outcome.stdout).not.toContain(password);
    });

    it('tells which collector is off, which is no failure', async () => {
      folder.write(
        'off/own.yaml',
        ownCollector('own', 'own_metric').replace(
          'metrics:',
          'requires: [tasks_task.id, own_table]\nmetrics:',
        ),
      );
      const file = folder.write('off/bugflow.yaml', 'collectors: [./own.yaml]');
      const outcome = await bugflow(['-c', file, 'check'], env);
      expect(outcome).toMatchObject({ status: 0, stderr: '' });
      expect(line(outcome, 'own ')).toBe('own | off: needs own_table, which this Taiga does not have');

      const { status, stdout, stderr } = await bugflow(['-c', file, 'collect', 'own', 'members'], env);
      expect(status).toBe(0);
      expect(stderr).toMatch(/collector "own" is off: it needs own_table, which this Taiga does not have\n$/);
      expect(new Metrics(stdout).names()).toEqual(['taiga_project_members']);
    });

    it('tells which collector fails and ends with status 1', async () => {
      folder.write('broken/own.yaml', ownCollector('own', 'own_metric', 'SELECT 1 / 0 AS value'));
      const file = folder.write('broken/bugflow.yaml', OWN_COLLECTOR);
      const outcome = await bugflow(['-c', file, 'check'], env);
      expect(outcome.status).toBe(1);
      expect(line(outcome, 'own ')).toBe('own | FAILED');
      expect(outcome.stdout).toMatch(
        /own\.yaml:\d+: collector "\w+": SQL: division by zero\n1 of \d+ collectors failed\.\n$/,
      );
    });

    it('names files of collectors and reports that are wrong, and ends with status 1; the others are not held up', async () => {
      folder.write('wrong/own.yaml', ownCollector('own', 'own_metric'));
      folder.write('wrong/bad.yaml', 'collector: bad\n');
      folder.write('wrong/report.yaml', 'report: bad\n');
      const file = folder.write(
        'wrong/bugflow.yaml',
        `${OWN_COLLECTOR.replace('./own.yaml', './own.yaml, ./bad.yaml')}report_files: [report.yaml]\n`,
      );
      const reason = /bad\.yaml:1: .*\(this file is left out, the other collectors run\)\n/;
      const checked = await bugflow(['-c', file, 'check'], env);
      expect(checked.status).toBe(1);
      expect(line(checked, 'own ')).toMatch(/^own \| good/);
      expect(checked.stdout).toMatch(reason);
      expect(checked.stdout).toMatch(
        /report\.yaml:1: .*\(this file is left out, with its posts, the other reports run\)\n/,
      );
      expect(checked.stdout).toMatch(/\n2 files of your own were not loaded\.\n$/);

      expect(await bugflow(['-c', file, 'collect', 'own'], env)).toEqual({
        status: 0,
        stdout: expect.stringContaining('\nown_metric 1\n'),
        stderr: '',
      });
      const all = await bugflow(['-c', file, 'collect'], env);
      expect(all.status).toBe(1);
      expect(all.stderr).toMatch(reason);
      expect(all.stdout).toContain('\nown_metric 1\n');
    });

    it('tells where history differs from what is there, or cannot be read, and ends with status 1', async () => {
      const spans = (sql: string): string =>
        `${ownCollector('own', 'own_metric', 'SELECT 2 AS value')}spans: ${sql} AS value, timestamptz '2026-01-01' AS valid_from, NULL::timestamptz AS valid_to\n`;
      folder.write('differs/own.yaml', spans('SELECT 3'));
      folder.write('differs/other.yaml', spans('SELECT 1 / 0').replaceAll('own', 'other'));
      const file = folder.write('differs/bugflow.yaml', OWN_COLLECTOR);
      const differing = await bugflow(['-c', file, 'check'], env);
      expect(differing.status).toBe(1);
      expect(differing.stdout).toMatch(
        /\nhistory differs: own_metric is 2, by history 3\nHistory differs from the present in 1 series, listed above; docs\/data-quality\.md explains why that happens\.\n$/,
      );
      folder.write('differs/bugflow.yaml', OWN_COLLECTOR.replace('own.yaml', '*er.yaml'));
      const failing = await bugflow(['-c', file, 'check'], env);
      expect(failing.status).toBe(1);
      expect(failing.stdout).toMatch(
        /other\.yaml:\d+: collector "\w+": SQL: division by zero\n1 of \d+ collectors failed\.\n$/,
      );
    });
  });
});

const OWN_COLLECTOR = 'collectors: [./own.yaml]\ndatabase: { allow_superuser: true }\n';

function ownCollector(name: string, metric: string, sql = 'SELECT 1 AS value'): string {
  return `collector: ${name}
description: A test's own.
metrics:
  - name: ${metric}
    type: gauge
    help: A test's own.
    value: value
now: ${sql}
`;
}
