import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { SshConfig } from '../../src/config/ssh-section.js';
import { fingerprintOf } from '../../src/ssh/host-key.js';
import { eventually } from '../support/eventually.js';
import { HANG_MS } from '../support/hang.js';
import { freePort } from '../support/postgres.js';

const SSHD = '/usr/sbin/sshd';

export const hasOpenSsh = existsSync(SSHD);

export const SKIPPED = '(skipped without OpenSSH server on the machine)';

export const PASSPHRASE = 'open, sesame';

/** An OpenSSH server of a test's own on loopback, with keys of its own. */
export interface OpenSsh {
  readonly port: number;
  readonly folder: string;
  /** The server's key, as `known_hosts` and `ssh-keygen -l` have it. */
  hostKey(): { readonly line: string; readonly fingerprint: string };
  /** What the service's configuration says when it logs in here by key. */
  config(change?: Partial<SshConfig>): SshConfig;
  path(name: string): string;
  /** Writes a file that only its owner may read. */
  write(name: string, text: string): string;
  /** A private key that the server does not know. */
  strangersKey(): string;
  /** Kills the server and every session at once. */
  kill(): Promise<void>;
  /** Starts it again on the same port, perhaps with another key or other settings. */
  start(change?: { newHostKey?: boolean; settings?: readonly string[] }): Promise<void>;
  /** What it has logged. */
  log(): string;
  close(): Promise<void>;
}

export async function startOpenSsh(settings: readonly string[] = []): Promise<OpenSsh> {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-sshd-'));
  const path = (name: string): string => join(folder, name);
  const write = (name: string, text: string): string => {
    writeFileSync(path(name), text, { mode: 0o600 });
    return path(name);
  };
  const port = await freePort();
  let server: ChildProcess | undefined;
  let log = '';

  const kill = async (): Promise<void> => {
    const running = server;
    server = undefined;
    if (running?.pid === undefined || running.exitCode !== null) return;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    for (const pid of [...descendantsOf(running.pid), running.pid]) killIfThere(pid);
    await exited;
  };

  const start: OpenSsh['start'] = async ({ newHostKey = false, settings: later = settings } = {}) => {
    await kill();
    if (newHostKey) rmSync(path('host_key'), { force: true });
    if (!existsSync(path('host_key'))) makeKey(path('host_key'), '');
    write(
      'sshd_config',
      [
        // The first value of a setting holds.
        ...later,
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${path('host_key')}`,
        `PidFile none`,
        `AuthorizedKeysFile ${path('authorized_keys')}`,
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin prohibit-password',
        'MaxStartups 100',
        '',
      ].join('\n'),
    );
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const child = spawn(SSHD, ['-D', '-e', '-f', path('sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    server = child;
    await eventually(
      () => greeted(port),
      () => (child.exitCode === null ? undefined : `sshd did not start: ${log}`),
    );
  };

  makeKey(path('id'), '');
  makeKey(path('locked'), PASSPHRASE);
  makeKey(path('stranger'), '');
  write(
    'authorized_keys',
    ['id', 'locked'].map((name) => readFileSync(path(`${name}.pub`), 'utf8')).join(''),
  );
  const onExit = (): void => {
    server?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', onExit);
  await start();

  const hostKey: OpenSsh['hostKey'] = () => {
    const [type, key = ''] = readFileSync(path('host_key.pub'), 'utf8').split(' ');
    return { line: `${type} ${key}`, fingerprint: fingerprintOf(Buffer.from(key, 'base64')) };
  };
  return {
    port,
    folder,
    path,
    write,
    hostKey,
    strangersKey: () => path('stranger'),
    config: (change = {}) => ({
      host: '127.0.0.1',
      port,
      user: userInfo().username,
      keyFile: path('id'),
      passphrase: undefined,
      passphraseFile: undefined,
      passwordFile: undefined,
      agent: undefined,
      hostKey: hostKey().fingerprint,
      jump: undefined,
      knownHostsFiles: [path('known_hosts')],
      configFile: path('ssh_config'),
      home: folder,
      connectTimeoutMs: HANG_MS,
      keepAliveMs: 15_000,
      ...change,
    }),
    kill,
    start,
    log: () => log,
    async close() {
      await kill();
      process.off('exit', onExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An SSH agent of a test's own that holds these keys. */
export function startAgent(...keyFiles: readonly string[]): { readonly socket: string; close(): void } {
  const output = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' });
  const socket = /SSH_AUTH_SOCK=([^;]+)/.exec(output)?.[1] ?? '';
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(output)?.[1]);
  execFileSync('ssh-add', ['-q', ...keyFiles], {
    env: { ...process.env, SSH_AUTH_SOCK: socket },
    stdio: 'pipe',
  });
  return { socket, close: () => killIfThere(pid) };
}

export function makeKey(file: string, passphrase: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', file]);
  chmodSync(file, 0o600);
}

async function greeted(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

/** sshd hands each session to children of its own, which would outlive it. */
function descendantsOf(pid: number): number[] {
  const children = spawnedBy(pid);
  return [...children.flatMap(descendantsOf), ...children];
}

function spawnedBy(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
