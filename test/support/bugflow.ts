import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Metrics } from './measure.js';
import { template } from './templates.js';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Environment = Readonly<Record<string, string>>;

/** A temporary folder for one test. */
export interface Folder {
  /** Writes a file and returns its path. */
  write(name: string, text: string): string;
  remove(): void;
}

export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'bugflow-test-'));
  return {
    write(name, text) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in its own process, until it ends. */
export async function bugflow(args: readonly string[], env: Environment = {}): Promise<Outcome> {
  const child = await spawnCli(args, env);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stdout, stderr };
}

/** The service in its own process. */
export interface ServiceProcess {
  readonly pid: number;
  readonly address: string;
  signal(name: NodeJS.Signals): void;
  /** Its log so far. */
  said(): string;
  /** Resolves when the process has ended. */
  readonly ended: Promise<Outcome>;
}

export async function startServiceProcess(
  args: readonly string[],
  env: Environment,
): Promise<ServiceProcess> {
  const child = await spawnCli([...args, 'serve', '--port', '0'], env);
  let stderr = '';
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const ended = new Promise<Outcome>((resolve) =>
    child.once('close', (status) => {
      process.off('exit', onExit);
      resolve({ status, stdout: '', stderr });
    }),
  );
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      const found = /metrics at (http:\/\/[^/]+)\/metrics/.exec(stderr)?.[1];
      if (found) resolve(found);
    });
    void ended.then(() => reject(new Error(`the service ended: ${stderr}`)));
  });
  return {
    pid: child.pid ?? 0,
    address,
    signal: (name) => void child.kill(name),
    said: () => stderr,
    ended,
  };
}

/** The metrics of a running service. */
export async function scrape(address: string): Promise<Metrics> {
  const response = await fetch(`${address}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics answers ${response.status}`);
  return new Metrics(await response.text());
}

/** The command that starts the command line: built once for all tests, as shipped, which takes a third of tsx's time. */
export async function program(): Promise<string[]> {
  const built = await template('program', async (path) => {
    mkdirSync(path);
    for (const name of [
      'package.json',
      'assets',
      'metrics',
      'reports',
      'dashboards',
      'alerting',
      'docs',
      'node_modules',
    ])
      symlinkSync(join(ROOT, name), join(path, name));
    const args = ['--project', 'tsconfig.build.json', '--noCheck', '--outDir', join(path, 'dist')];
    await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), args, { cwd: ROOT });
  });
  return built === undefined ? ['--import', 'tsx', 'src/main.ts'] : [join(built, 'dist/main.js')];
}

async function spawnCli(args: readonly string[], env: Environment): Promise<ChildProcess> {
  return spawn(process.execPath, [...(await program()), ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
