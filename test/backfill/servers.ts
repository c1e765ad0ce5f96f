import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.js';
import { folderWith } from '../unit/helpers.js';

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

export const PROMETHEUS_IS_HERE = isInstalled('prometheus') && isInstalled('promtool');

/** A server on loopback that is asked in PromQL. */
export interface MetricsServer {
  readonly url: string;
  readonly port: number;
  /** By the label `project`, at a moment. */
  valuesAt(query: string, atMs: number): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

export async function startPrometheus(
  dataFolder: string,
  { flags = [], config = '', port }: { flags?: readonly string[]; config?: string; port?: number } = {},
): Promise<MetricsServer> {
  const folder = await folderWith({ 'prometheus.yml': config });
  const chosen = port ?? (await freePort());
  return start(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${dataFolder}`,
      `--web.listen-address=127.0.0.1:${chosen}`,
      ...flags,
    ],
    chosen,
    '/-/ready',
  );
}

export async function startVictoriaMetrics(retention = '100y'): Promise<MetricsServer> {
  const port = await freePort();
  return start(
    'victoria-metrics',
    [
      `-storageDataPath=${await folderWith({})}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      `-retentionPeriod=${retention}`,
      '-search.latencyOffset=0s',
    ],
    port,
    '/health',
  );
}

async function start(
  program: string,
  args: readonly string[],
  port: number,
  readyPath: string,
): Promise<MetricsServer> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text: Buffer) => {
    log = (log + text.toString()).slice(-4000);
  });
  const url = `http://127.0.0.1:${port}`;
  onTestFinished(() => end(child));
  await eventually(
    async () => {
      if (!(await fetch(`${url}${readyPath}`)).ok) throw new Error(`${program} is not ready: ${log}`);
    },
    () => (child.exitCode === null ? undefined : `${program} did not start: ${log}`),
  );
  return {
    url,
    port,
    async valuesAt(query, atMs) {
      const answer = await fetch(
        `${url}/api/v1/query?query=${encodeURIComponent(query)}&time=${atMs / 1000}&nocache=1`,
      );
      const body = (await answer.json()) as {
        error?: string;
        data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      if (!body.data) throw new Error(body.error);
      return Object.fromEntries(
        body.data.result.map(({ metric, value }) => [metric.project ?? '', Number(value[1])]),
      );
    },
    stop: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
