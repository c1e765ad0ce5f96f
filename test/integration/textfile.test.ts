import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { isInstalled } from '../backfill/servers.js';
import { bugflow, createFolder, type Folder, type Outcome } from '../support/bugflow.js';
import { exampleTaiga } from '../support/fixture.js';
import { Metrics } from '../support/measure.js';
import { freePort, startEitherPostgres, type TestPostgres } from '../support/postgres.js';

const OLD = '# the file of the run before\n';

const FAILING = `collector: own
description: A test's own.
metrics: [{ name: own_metric, type: gauge, help: A test's own., value: value }]
now: SELECT 1 / 0 AS value
`;

const CAN_MOUNT = canMount();

describe('collect --output', () => {
  let server: TestPostgres;
  let folder: Folder;
  let file: string;
  let env: { TAIGA_DATABASE_URL: string };

  beforeAll(async () => {
    server = await startEitherPostgres();
    await exampleTaiga().load(server);
    env = { TAIGA_DATABASE_URL: server.url };
  });
  afterAll(() => server?.close());
  beforeEach(() => {
    folder = createFolder();
    file = folder.write('textfile/taiga.prom', OLD);
  });
  afterEach(() => folder.remove());

  const collect = (...args: string[]): Promise<Outcome> => bugflow(['collect', ...args], env);
  const failure = async (output: string): Promise<string> => {
    const outcome = await collect('members', '--output', output);
    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/^taiga-bugflow: [^\n]+\n$/);
    return outcome.stderr;
  };

  it('writes all collectors and how each one did, readable by everybody, and nothing else', async () => {
    const before = Date.now() / 1000;
    expect(await collect('--output', file)).toEqual({ status: 0, stdout: '', stderr: '' });
    const metrics = new Metrics(readFileSync(file, 'utf8'));
    expect(metrics.value('taiga_items', { project: 'shop', kind: 'task', status: 'Closed' })).toBe(3);
    const up = metrics.table('bugflow_collector_up', ['collector']);
    expect(Object.keys(up).length).toBeGreaterThan(15);
    expect(new Set(Object.values(up))).toEqual(new Set([1]));
    const succeeded = metrics.table('bugflow_collector_last_success_timestamp_seconds', ['collector']);
    const took = metrics.table('bugflow_collector_duration_seconds', ['collector']);
    for (const name of Object.keys(up)) {
      expect(succeeded[name]).toBeGreaterThanOrEqual(before);
      expect(took[name]).toBeGreaterThan(0);
    }
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(readdirSync(dirname(file))).toEqual(['taiga.prom']);
  });

  it('leaves out a collector that fails, says so in the file, and ends with status 1', async () => {
    folder.write('own.yaml', FAILING);
    const config = folder.write(
      'bugflow.yaml',
      'collectors: [./own.yaml]\ndatabase: { allow_superuser: true }\n',
    );
    const outcome = await bugflow(['-c', config, 'collect', '--output', file, 'own', 'members'], env);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(
      /^taiga-bugflow: \S*own\.yaml:\d+: collector "\w+": SQL: division by zero\n$/,
    );
    const metrics = new Metrics(readFileSync(file, 'utf8'));
    expect(metrics.table('bugflow_collector_up', ['collector'])).toEqual({ members: 1, own: 0 });
    expect(metrics.sum('taiga_project_members')).toBe(5);
    expect(metrics.names()).not.toContain('own_metric');
    const succeeded = metrics.table('bugflow_collector_last_success_timestamp_seconds', ['collector']);
    expect(Object.keys(succeeded)).toEqual(['members']);
  });

  it('leaves the old file when the database cannot be reached', async () => {
    const nowhere = { TAIGA_DATABASE_URL: `postgres://reader@127.0.0.1:${await freePort()}/taiga` };
    const outcome = await bugflow(['collect', '--output', file], nowhere);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(/^taiga-bugflow: cannot reach the database at [^\n]+\n$/);
    expect(readFileSync(file, 'utf8')).toBe(OLD);
    expect(readdirSync(dirname(file))).toEqual(['taiga.prom']);
  });

  it('says what is wrong with the place', async () => {
    const there = dirname(file);
    expect(await failure(join(there, 'none/a.prom'))).toMatch(
      /cannot write .*: there is no such folder; create it/,
    );
    expect(await failure(join(file, 'a.prom'))).toMatch(/: a part of its path is a file, not a folder$/m);
    mkdirSync(join(there, 'folder.prom'));
    expect(await failure(join(there, 'folder.prom'))).toMatch(/: it is a folder; name a file in it$/m);
    expect(readdirSync(there).sort()).toEqual(['folder.prom', 'taiga.prom']);
    expect(await failure('/proc/a.prom')).toMatch(/cannot write \/proc\/a\.prom: /);
  });

  it.skipIf(!CAN_MOUNT)('leaves the old file when the disk is full (skipped without a tmpfs)', async () => {
    const disk = folder.write('disk/.keep', '').replace(/\/\.keep$/, '');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'none', disk]);
    try {
      writeFileSync(join(disk, 'taiga.prom'), OLD);
      const outcome = await collect('--output', join(disk, 'taiga.prom'));
      expect(outcome.status).toBe(1);
      expect(outcome.stderr).toMatch(/: the disk is full; the old file was left as it was\n$/);
      expect(readFileSync(join(disk, 'taiga.prom'), 'utf8')).toBe(OLD);
      expect(readdirSync(disk)).toEqual(['taiga.prom']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it.each([
    ['OpenMetrics, which node_exporter does not read', ['--output', 'a.prom', '--openmetrics']],
    ['a name that node_exporter does not read', ['--output', 'a.txt']],
    ['a device', ['--output', '/dev/null']],
  ])('refuses %s with status 2', async (_, args) => {
    const { status, stderr } = await collect(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: [^\n]*--output[^\n]*\n$/);
  });

  it.skipIf(!isInstalled('promtool'))(
    'writes what promtool finds no fault with (skipped without promtool)',
    async () => {
      await collect('--output', file);
      const checked = spawnSync('promtool', ['check', 'metrics'], {
        input: readFileSync(file),
        encoding: 'utf8',
      });
      expect(checked).toMatchObject({ status: 0, stdout: '', stderr: '' });
    },
  );

  it.skipIf(!isInstalled('prometheus-node-exporter'))(
    'writes what node_exporter reads (skipped without prometheus-node-exporter)',
    async () => {
      await collect('items', 'item_age', '--output', file);
      // Another cron line, for other collectors.
      await collect('members', '--output', file.replace('taiga.prom', 'members.prom'));
      const port = await freePort();
      const exporter = spawn('prometheus-node-exporter', [
        '--collector.disable-defaults',
        '--collector.textfile',
        `--collector.textfile.directory=${dirname(file)}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]);
      onTestFinished(() => ended(exporter));
      const page = async (): Promise<string> =>
        fetch(`http://127.0.0.1:${port}/metrics`).then(
          (response) => response.text(),
          () => '',
        );
      await expect.poll(page).toContain('taiga_items{');
      const metrics = new Metrics(await page());
      expect(metrics.value('node_textfile_scrape_error')).toBe(0);
      expect(metrics.value('taiga_items', { project: 'shop', kind: 'task', status: 'Closed' })).toBe(3);
      expect(metrics.value('node_textfile_mtime_seconds', { file })).toBeGreaterThan(0);
      expect(metrics.table('bugflow_collector_up', ['collector'])).toEqual({
        item_age: 1,
        items: 1,
        members: 1,
      });
    },
  );
});

/** Whether the tests may mount a file system of their own. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'none', folder], {
    stdio: 'ignore',
  });
  if (status === 0) execFileSync('umount', [folder]);
  rmdirSync(folder);
  return status === 0;
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await exited;
}
