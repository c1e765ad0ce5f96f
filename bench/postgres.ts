import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A temporary server of the installed PostgreSQL, on loopback, with Debian's settings. */
export interface BenchPostgres {
  readonly url: string;
  query(sql: string): Promise<void>;
  close(): Promise<void>;
}

const ROOT = '/usr/lib/postgresql';
const START_LIMIT_MS = 60_000;
const isRoot = process.getuid?.() === 0;

/** The folder of the newest PostgreSQL's programs; undefined when there is none. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(ROOT) ? readdirSync(ROOT).map(Number).filter(Number.isFinite) : [];
  return versions
    .sort((a, b) => b - a)
    .map((version) => join(ROOT, String(version), 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

export async function startPostgres(programs: string): Promise<BenchPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-bench-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (isRoot) for (const path of [folder, data]) giveToPostgres(path);
  const run = (program: string, args: readonly string[]): [string, string[]] => {
    const path = join(programs, program);
    const asUser = ['--reuid=postgres', '--regid=postgres', '--clear-groups', path, ...args];
    // PostgreSQL refuses to run as root.
    return isRoot ? ['setpriv', asUser] : [path, [...args]];
  };
  const initdb = [
    '--pgdata',
    data,
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  execFileSync(...run('initdb', initdb), { cwd: '/', stdio: 'ignore' });
  const port = await freePort();
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const server = spawn(...run('postgres', ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]), {
    cwd: folder,
    stdio: 'ignore',
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await untilAnswers(url, server);
  return {
    url,
    query: (sql) => query(url, sql),
    async close() {
      const exited = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function giveToPostgres(path: string): void {
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  chownSync(path, id('-u'), id('-g'));
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function untilAnswers(url: string, server: ChildProcess): Promise<void> {
  const limit = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      return await query(url, 'SELECT 1');
    } catch (error) {
      if (server.exitCode !== null || performance.now() > limit) throw error;
    }
    await sleep(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}
