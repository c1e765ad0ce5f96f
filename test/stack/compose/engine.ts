import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isInstalled } from '../../backfill/servers.js';
import { eventually } from '../../support/eventually.js';

const NEEDED = [
  'dockerd',
  'docker',
  'docker-compose',
  'debootstrap',
  'prometheus',
  'prometheus-alertmanager',
];

/** Why no engine can be had here; undefined when one can. */
export function lacking(): string | undefined {
  if (process.getuid?.() !== 0) return 'root';
  // `--version` is unknown to none of them.
  const missing = NEEDED.filter((program) => !isInstalled(program));
  return missing.length === 0 ? undefined : missing.join(', ');
}

/** An engine of a test's own, which knows no image but those that the test makes. */
export interface Engine {
  /** Runs the client to its end; resolves to its standard output. */
  docker(args: readonly string[], options?: RunOptions): Promise<string>;
  /** The same with docker-compose, in a folder. */
  compose(folder: string, args: readonly string[]): Promise<string>;
  /** Ends all containers and the engine, and removes what it kept. */
  close(): Promise<void>;
}

interface RunOptions {
  readonly cwd?: string;
  readonly input?: ChildProcess['stdout'];
}

const MOST_OUTPUT = 64 * 2 ** 20;
const run = promisify(execFile);

export async function startEngine(): Promise<Engine> {
  const root = mkdtempSync(join(tmpdir(), 'bugflow-engine-'));
  const host = `unix://${join(root, 'docker.sock')}`;
  // The classic builder, which Debian's engine has.
  const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0', COMPOSE_DOCKER_CLI_BUILD: '0' };
  const log = openSync(join(root, 'log'), 'a');
  // It ends with this process, however that ends.
  const daemon = spawn(
    'setpriv',
    [
      ...['--pdeathsig=TERM', 'dockerd'],
      ...['--data-root', join(root, 'data'), '--exec-root', join(root, 'exec')],
      ...['--pidfile', join(root, 'pid'), '--host', host],
    ],
    { stdio: ['ignore', log, log] },
  );
  const ended = new Promise((resolve) => daemon.once('exit', resolve));

  const docker: Engine['docker'] = async (args, { cwd } = {}) =>
    (await run('docker', [...args], { env, cwd, maxBuffer: MOST_OUTPUT })).stdout;
  await eventually(
    () => docker(['version']),
    () => (daemon.exitCode === null ? undefined : `dockerd ended: see ${join(root, 'log')}`),
  );
  return {
    docker,
    async compose(folder, args) {
      const { stdout } = await run('docker-compose', [...args], { env, cwd: folder, maxBuffer: MOST_OUTPUT });
      return stdout;
    },
    async close() {
      const left = (await docker(['ps', '--all', '--quiet'])).split('\n').filter((id) => id !== '');
      if (left.length > 0) await docker(['rm', '--force', '--volumes', ...left]);
      daemon.kill('SIGTERM');
      await ended;
      for (const mount of mountsUnder(root)) spawnSync('umount', ['--lazy', mount]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** What the engine leaves mounted, the innermost first. */
function mountsUnder(folder: string): string[] {
  const paths = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return paths.filter((path) => path.startsWith(folder)).reverse();
}
