import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { startEmbeddedPostgres } from '../../src/demo/postgres/embedded-postgres.js';
import { eventually } from './eventually.js';
import { template } from './templates.js';

/** A database server for one test, on loopback and a free port; it is gone after `close()`. */
export interface TestPostgres {
  /** The URL of the superuser. */
  readonly url: string;
  /** Runs SQL as the superuser: several statements without values, or one with them. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A temporary cluster of the PostgreSQL installed on this machine. */
export interface Cluster extends TestPostgres {
  /** The URL with another user, password or database. */
  urlWith(change: { user?: string; password?: string; database?: string }): string;
  /** Feeds a dump to psql. */
  load(sql: Buffer, database: string): void;
  /** Stops the server at once, like a crash; its data stay. */
  stop(): Promise<void>;
  /** Starts it again on the same port, unless it is running. */
  start(): Promise<void>;
  readonly port: number;
  /** Skips so many transaction ids, at most a billion at once. */
  skipTransactions(count: number): Promise<void>;
  /** Its log. */
  log(): string;
  /** Writes a file that only the server may read into the data folder, and returns its path. */
  write(name: string, text: string): string;
  /** Changes settings of the running server, and `pg_hba.conf` for all users except the superuser. */
  configure(settings: Readonly<Record<string, string>>, hba?: string): Promise<void>;
}

/**
 * PostgreSQL in WebAssembly behind a socket. It has one single session, so everybody waits for every query. All are copies
 * of one cluster and have the same system identifier, unless a new cluster is made.
 */
export async function startPGlite(schemaSql = '', { newCluster = false } = {}): Promise<TestPostgres> {
  const make = newCluster ? async () => undefined : template;
  const empty = await make('pglite.tar', async (path) => {
    const { database, close } = await startEmbeddedPostgres();
    writeFileSync(path, Buffer.from(await (await database.dumpDataDir('none')).arrayBuffer()));
    await close();
  });
  const dataDir = empty === undefined ? undefined : new Blob([readFileSync(empty)]);
  const embedded = await startEmbeddedPostgres({ dataDir });
  await embedded.database.exec(schemaSql);
  return {
    url: await embedded.listen(),
    async query(sql, values) {
      if (!values) {
        const results = await embedded.database.exec(sql);
        return (results.at(-1)?.rows ?? []) as Record<string, unknown>[];
      }
      const { rows } = await embedded.database.query<Record<string, unknown>>(sql, [...values]);
      return rows;
    },
    close: () => embedded.close(),
  };
}

/** The folder of PostgreSQL's programs: from the environment, or the newest on this machine. */
const binaries = process.env.BUGFLOW_TEST_POSTGRES ?? newestBinaries();

export const hasPostgres = binaries !== undefined;

/** A server that was unpacked by hand may lack it. */
export const hasReplication = binaries !== undefined && existsSync(join(binaries, 'pg_basebackup'));

const SUPERUSER_PASSWORD = 'the superuser: s3cret?';

// PostgreSQL refuses to run as root.
const asPostgres = process.getuid?.() === 0;

function handOver(...paths: readonly string[]): void {
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  if (asPostgres) for (const path of paths) chownSync(path, id('-u'), id('-g'));
}

function command(program: string, ...args: string[]): [string, string[]] {
  const path = join(binaries ?? '', program);
  const asUser = ['--reuid=postgres', '--regid=postgres', '--clear-groups', '--pdeathsig=INT'];
  return asPostgres ? ['setpriv', [...asUser, path, ...args]] : [path, args];
}

/** Creates the data folder of an empty cluster. */
async function initdb(data: string): Promise<void> {
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, SUPERUSER_PASSWORD);
  handOver(data, passwordFile);
  const args = ['--pgdata', data, '--username=postgres', '--pwfile', passwordFile, '--auth=scram-sha-256'];
  await promisify(execFile)(...command('initdb', ...args, '--encoding=UTF8', '--locale=C', '--no-sync'), {
    cwd: '/',
  });
  rmSync(passwordFile);
}

/** With the URL of another cluster it becomes a streaming replica of that. */
export async function startPostgres({ replicaOf }: { replicaOf?: string } = {}): Promise<Cluster> {
  if (binaries === undefined) throw new Error('there is no PostgreSQL on this machine');
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-postgres-'));
  const data = join(folder, 'data');
  handOver(folder);
  if (replicaOf === undefined) {
    const empty = await template('postgres', (path) => initdb(path));
    if (empty === undefined) await initdb(data);
    else await promisify(execFile)('cp', ['--archive', '--reflink=auto', empty, data]);
  } else {
    // The other cluster may be reached through this very process, so this must not block it.
    const args = ['--dbname', replicaOf, '--pgdata', data, '--write-recovery-conf', '--checkpoint=fast'];
    await promisify(execFile)(...command('pg_basebackup', ...args, '--no-sync'), { cwd: folder });
  }

  const port = await freePort();
  const urlWith: Cluster['urlWith'] = ({
    user = 'postgres',
    password = SUPERUSER_PASSWORD,
    database = 'postgres',
  }) =>
    `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const url = urlWith({});

  let server: ChildProcess | undefined;
  let log = '';
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null) return;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await exited;
  };
  const start = async (): Promise<void> => {
    if (server && server.exitCode === null && server.signalCode === null) return;
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      // Temporary data need no safety.
      fsync: 'off',
      max_connections: 40,
      shared_buffers: '64MB',
      // How often a replica tries to reach its primary again.
      wal_retrieve_retry_interval: '100ms',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(...command('postgres', '-D', data, ...args), {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: folder,
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    server = child;
    await untilAnswers(url, child);
  };
  const onExit = (): void => {
    server?.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', onExit);

  const write: Cluster['write'] = (name, text) => {
    const path = join(data, name);
    writeFileSync(path, text, { mode: 0o600 });
    handOver(path);
    return path;
  };
  const configure: Cluster['configure'] = async (changes, hba) => {
    const loaded = (): Promise<unknown> => queryOnce(url, 'SELECT pg_conf_load_time()::text');
    const before = JSON.stringify(await loaded());
    for (const [name, value] of Object.entries(changes))
      await queryOnce(url, `ALTER SYSTEM SET ${name} = '${value}'`);
    if (hba !== undefined) write('pg_hba.conf', `host all postgres 127.0.0.1/32 scram-sha-256\n${hba}\n`);
    await queryOnce(url, 'SELECT pg_reload_conf()');
    await eventually(async () => {
      if (JSON.stringify(await loaded()) === before)
        throw new Error('PostgreSQL does not read its configuration');
    });
  };

  const skipTransactions: Cluster['skipTransactions'] = async (count) => {
    // PostgreSQL assigns ids so far ahead only while all old rows are frozen, in every database.
    await queryOnce(url, 'UPDATE pg_database SET datallowconn = true');
    for (const { datname } of await queryOnce(url, 'SELECT datname FROM pg_database'))
      await queryOnce(urlWith({ database: String(datname) }), 'VACUUM (FREEZE)');
    const [row] = await queryOnce(url, 'SELECT txid_current() % 4294967296 AS current');
    const next = (Number(row?.current) + count) % 2 ** 32;
    await stop('SIGINT');
    // The status of transactions: 2 bits for each.
    write(
      `pg_xact/${Math.floor(next / 2 ** 20)
        .toString(16)
        .toUpperCase()
        .padStart(4, '0')}`,
      '\0'.repeat(2 ** 18),
    );
    const [resetwal, resetwalArgs] = command('pg_resetwal', `--next-transaction-id=${next}`, data);
    execFileSync(resetwal, resetwalArgs, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    await start();
  };

  await start();
  return {
    url,
    urlWith,
    port,
    skipTransactions,
    log: () => log,
    write,
    configure,
    query: (sql, values) => queryOnce(url, sql, values),
    load: (sql, database) => {
      const args = [
        urlWith({ database }),
        '--no-psqlrc',
        '--quiet',
        '--set=ON_ERROR_STOP=1',
        '--output=/dev/null',
      ];
      // A server alone has no psql; another version's psql works with it, too.
      const psql =
        [binaries, newestBinaries() ?? ''].map((bin) => join(bin, 'psql')).find(existsSync) ?? 'psql';
      execFileSync(psql, args, { input: sql, stdio: ['pipe', 'ignore', 'inherit'] });
    },
    start,
    stop: () => stop('SIGQUIT'),
    async close() {
      await stop('SIGINT');
      process.off('exit', onExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs SQL on its own connection. */
export async function queryOnce(
  url: string,
  sql: string,
  values?: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result: unknown = await client.query(sql, values ? [...values] : undefined);
    // Several statements give several results.
    const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryResult;
    return last.rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/**
 * The machine's own PostgreSQL, if there is one, is several times as fast as the embedded one. Some of the tests run again
 * on the embedded one (listed in vitest.config.ts).
 */
const takesMachinesPostgres = hasPostgres && process.env.BUGFLOW_TEST_EMBEDDED === undefined;

/** For tests that run on either of them. */
export const startEitherPostgres = (): Promise<TestPostgres> =>
  takesMachinesPostgres ? startPostgres() : startPGlite();

/** Tests that run on either of them; their names say on which. */
export function describeOnPostgres(title: string, define: (server: () => TestPostgres) => void): void {
  const suite = (start: () => Promise<TestPostgres>): void => {
    let server: TestPostgres | undefined;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.close());
    define(() => {
      if (!server) throw new Error('the server has not been started');
      return server;
    });
  };
  const onReal = `${title} on PostgreSQL (skipped without PostgreSQL on the machine)`;
  if (!takesMachinesPostgres) describe(`${title} on PGlite`, () => suite(() => startPGlite()));
  if (takesMachinesPostgres || !hasPostgres)
    describe.skipIf(!hasPostgres)(onReal, () => suite(startPostgres));
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function newestBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).map(Number).filter(Number.isFinite) : [];
  return versions
    .sort((a, b) => b - a)
    .map((version) => join(root, String(version), 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

async function untilAnswers(url: string, server: ChildProcess): Promise<void> {
  await eventually(
    () => queryOnce(url, 'SELECT 1'),
    () => (server.exitCode === null ? undefined : `PostgreSQL ended with status ${server.exitCode}`),
  );
}
