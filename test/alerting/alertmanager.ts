import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAlertingSettings } from '../../src/config/config.js';
import { alertmanager, SHIPPED_TEMPLATE } from '../../src/main/alertmanager.js';
import { freePort, isInstalled } from '../backfill/servers.js';
import { ROOT } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { folderWith } from '../unit/helpers.js';
import type { SlackServer } from './slack-server.js';

export const ALERTMANAGER_IS_HERE = isInstalled('prometheus-alertmanager');
export const AMTOOL_IS_HERE = isInstalled('amtool');
export const IF_IT_IS_HERE = '(skipped without prometheus-alertmanager and amtool)';

/** The file that is made of compose/taiga-bugflow.yaml and committed. */
export const SHIPPED_CONFIG = join(ROOT, 'alerting/alertmanager/alertmanager.yml');

/** What the command makes of a configuration, and what it prints; gone when the test ends. */
export async function generated(yaml: string): Promise<{ file: string; text: string; said: string[] }> {
  const folder = await folderWith({ 'bugflow.yaml': yaml });
  const said: string[] = [];
  const settings = await loadAlertingSettings({ file: join(folder, 'bugflow.yaml'), env: {} });
  await alertmanager(settings, {
    ...{
      folder,
      reload: undefined,
      template: SHIPPED_TEMPLATE,
      print: (line: string) => void said.push(line),
    },
  });
  const file = join(folder, 'alertmanager.yml');
  return { file, text: readFileSync(file, 'utf8'), said };
}

export interface Timings {
  readonly groupWait?: string;
  readonly groupInterval?: string;
  readonly repeatInterval?: string;
}

/** Other times between messages, at any hour; the rest of the file stays as it is. */
export function withTimings(
  text: string,
  { groupWait = '10ms', groupInterval = '500ms', repeatInterval }: Timings,
): string {
  const changed = text
    .replaceAll(/^ *mute_time_intervals: .*\n/gm, '')
    .replaceAll('group_wait: 30s', `group_wait: ${groupWait}`)
    .replaceAll('group_interval: 5m', `group_interval: ${groupInterval}`);
  return repeatInterval === undefined
    ? changed
    : changed.replaceAll(/repeat_interval: (24|96)h/g, `repeat_interval: ${repeatInterval}`);
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly generatorURL?: string;
}

export interface RunningAlertmanager {
  readonly url: string;
  /** The one it was started with. */
  readonly configFile: string;
  post(...alerts: readonly Alert[]): Promise<void>;
  metric(name: string): Promise<number>;
  said(): string;
  stop(): Promise<void>;
}

interface AlertmanagerOptions {
  readonly slack: SlackServer;
  /** What is in the files whose paths the configuration has. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly externalUrl?: string;
}

/** A real one, with this configuration beside the shipped slack.tmpl; only addresses are other ones. */
export async function startAlertmanager(
  config: string,
  { slack, secrets, externalUrl }: AlertmanagerOptions,
): Promise<RunningAlertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-alertmanager-'));
  let text = config.replaceAll('https://slack.com/api/chat.postMessage', slack.postMessage);
  for (const [i, [path, secret]] of Object.entries(secrets).entries()) {
    const file = join(folder, `secret-${i}`);
    writeFileSync(file, `${secret}\n`);
    text = text.replaceAll(path, file);
  }
  writeFileSync(join(folder, 'alertmanager.yml'), text);
  writeFileSync(join(folder, 'slack.tmpl'), readFileSync(SHIPPED_TEMPLATE, 'utf8'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    'prometheus-alertmanager',
    [
      ...[`--config.file=${join(folder, 'alertmanager.yml')}`, `--storage.path=${join(folder, 'data')}`],
      ...[`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='],
      ...(externalUrl === undefined ? [] : [`--web.external-url=${externalUrl}`, '--web.route-prefix=/']),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-100_000);
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  };
  // However this process ends.
  process.once('exit', () => child.kill('SIGKILL'));
  await eventually(
    async () => {
      if (!(await fetch(`${url}/-/ready`)).ok) throw new Error(`Alertmanager is not ready: ${log}`);
    },
    () => (child.exitCode === null ? undefined : `Alertmanager did not start: ${log}`),
  );
  return {
    url,
    configFile: join(folder, 'alertmanager.yml'),
    async post(...alerts) {
      const answer = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async metric(name) {
      const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
      return lines
        .filter((line) => line.startsWith(name))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
    said: () => log,
    stop,
  };
}
