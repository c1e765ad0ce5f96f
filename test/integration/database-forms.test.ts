import { chmodSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { messageOf } from '../../src/base/errors.js';
import { loadConfig } from '../../src/config/config.js';
import type { Environment } from '../../src/config/expand.js';
import { openDatabase } from '../../src/main/open-database.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { HANG_MS } from '../support/hang.js';
import { type Cluster, freePort, hasPostgres, startPostgres } from '../support/postgres.js';

const PASSWORD = 'geheim/€@:?x';

describe.skipIf(!hasPostgres)('what a URL says is done (skipped without PostgreSQL on the machine)', () => {
  let cluster: Cluster;
  let folder: Folder;
  let socket: Server;
  let encoded: string;

  beforeAll(async () => {
    cluster = await startPostgres();
    await cluster.query(`CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'`);
    await cluster.query('CREATE DATABASE taiga');
    folder = createFolder();
    // The cluster listens on TCP only.
    socket = createServer((from) => {
      const to = connect(cluster.port, '127.0.0.1');
      for (const stream of [from, to]) stream.on('error', () => undefined);
      from.pipe(to).pipe(from);
    });
    encoded = encodeURIComponent(PASSWORD);
    await new Promise<void>((resolve) => socket.listen(`${socketFolder()}/.s.PGSQL.5433`, resolve));
  });
  afterAll(async () => {
    socket?.close();
    await cluster?.close();
    folder?.remove();
  });

  const socketFolder = (): string => folder.write('x', '').replace(/\/x$/, '');

  /** Who reads which database in what session; the reports' session after it. */
  const read = async (url: string, env: Environment = {}): Promise<string> => {
    const config = await loadConfig({
      file: undefined,
      env: { HOME: '/nowhere', ...env, TAIGA_DATABASE_URL: url },
    });
    const { database, reports } = openDatabase(config, { onIdleError: () => undefined });
    const text = `SELECT concat_ws(' ', session_user, current_database(), current_setting('application_name'),
                  current_setting('work_mem'), current_setting('default_transaction_read_only'))`;
    const found: string[] = [];
    try {
      for (const each of [database, reports]) {
        await each.read({ text, values: [], timeoutMs: HANG_MS }, (_columns, [row]) => {
          found.push(String(row?.[0]));
        });
      }
      expect(found[1]).toBe(found[0]?.replace(/ (\S+) (\S+) on$/, ' $1 reports $2 on'));
      return found[0] ?? '';
    } finally {
      await database.close();
    }
  };
  const PLAIN = 'reader taiga taiga-bugflow 4MB on';

  test.each<[what: string, url: (port: number) => string, env?: (port: number) => Environment]>([
    ['a URL', (port) => `postgres://reader:${encoded}@127.0.0.1:${port}/taiga`],
    ['keywords', (port) => `host=127.0.0.1 port=${port} dbname=taiga user=reader password='${PASSWORD}'`],
    ['a socket', () => `postgres://reader:${encoded}@/taiga?host=${socketFolder()}&port=5433`],
    [
      'an encoded socket',
      () => `postgres://reader:${encoded}@${encodeURIComponent(socketFolder())}:5433/taiga`,
    ],
    [
      'a name with an address',
      (port) => `postgres://reader:${encoded}@db.invalid:${port}/taiga?hostaddr=127.0.0.1`,
    ],
    ['the second of two hosts', (port) => `postgres://reader:${encoded}@127.0.0.1:1,127.0.0.1:${port}/taiga`],
    [
      'the environment',
      () => 'postgres://',
      (port) => ({
        PGHOST: '127.0.0.1',
        PGPORT: `${port}`,
        PGUSER: 'reader',
        PGPASSWORD: PASSWORD,
        PGDATABASE: 'taiga',
      }),
    ],
  ])('%s', async (_, url, env = () => ({})) => {
    // Of this process, which pg would look into.
    for (const [name, value] of Object.entries({
      PGHOST: 'db.invalid',
      PGPORT: '2',
      PGUSER: 'x',
      PGPASSWORD: 'x',
      PGDATABASE: 'x',
      PGOPTIONS: '-c x=y',
      PGSSLMODE: 'verify-full',
      PGAPPNAME: 'x',
      PGCLIENT_ENCODING: 'LATIN1',
    }))
      vi.stubEnv(name, value);
    try {
      expect(await read(url(cluster.port), env(cluster.port))).toBe(PLAIN);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test.each([
    ['application_name=mine', 'reader taiga mine 4MB on'],
    ['options=-c%20work_mem%3D8MB', 'reader taiga taiga-bugflow 8MB on'],
    ['options=--work_mem%3D8MB%20-c%20geqo%3Doff', 'reader taiga taiga-bugflow 8MB on'],
  ])('%s', async (parameter, expected) => {
    const url = `postgres://reader:${encoded}@127.0.0.1:${cluster.port}/taiga?${parameter}`;
    expect(await read(url)).toBe(expected);
  });

  describe('a file of passwords', () => {
    const url = (): string => `postgres://reader@127.0.0.1:${cluster.port}/taiga`;
    const write = (password: string): string => {
      const file = folder.write('.pgpass', `127.0.0.1:*:taiga:reader:${password.replaceAll(':', '\\:')}\n`);
      chmodSync(file, 0o600);
      return file;
    };

    test.each<[string, (file: string) => [query: string, env: Environment]]>([
      ['in the home', (file) => ['', { HOME: file.replace(/\/\.pgpass$/, '') }]],
      ['by PGPASSFILE', (file) => ['', { PGPASSFILE: file }]],
      ['by the URL', (file) => [`?passfile=${file}`, {}]],
    ])('%s has the password, without a word from Node.js', async (_, named) => {
      const warn = vi.spyOn(process, 'emitWarning');
      const [query, env] = named(write(PASSWORD));
      expect(await read(url() + query, env)).toBe(PLAIN);
      expect(warn).not.toHaveBeenCalled();
      warn.mockRestore();
    });

    test('is named where its password is wrong, or others may read it', async () => {
      const file = write('wrong');
      expect(messageOf(await read(url(), { PGPASSFILE: file }).catch((error: unknown) => error))).toContain(
        `check the user in the database URL and the password from ${file} and pg_hba.conf`,
      );
      chmodSync(file, 0o644);
      expect(messageOf(await read(url(), { PGPASSFILE: file }).catch((error: unknown) => error))).toContain(
        `others may read the passwords in ${file} (mode 0644)`,
      );
    });
  });

  test.each<[what: string, url: (port: number) => string, env: Environment, message: RegExp]>([
    [
      'no password',
      (port) => `postgres://reader@127.0.0.1:${port}/taiga`,
      {},
      /^cannot log in to the database at 127\.0\.0\.1:\d+ as "reader": it asks for a password, and there is none; check/,
    ],
    [
      'a wrong one around',
      (port) => `postgres://reader@127.0.0.1:${port}/taiga`,
      { PGPASSWORD: 'geheim' },
      /refuses user "reader": .*; check the user in the database URL and the password from PGPASSWORD and pg_hba\.conf/,
    ],
    [
      'a user around',
      (port) => `postgres://:x@127.0.0.1:${port}/taiga`,
      { PGUSER: 'nobody' },
      /refuses user "nobody": .*; check the user from PGUSER and the password from the database URL/,
    ],
    [
      'a port around',
      () => 'postgres://reader@127.0.0.1/taiga',
      { PGPORT: '1' },
      /^cannot reach the database at 127\.0\.0\.1:1 \(port from PGPORT\): nothing listens there/,
    ],
    [
      'a database around',
      (port) => `postgres://reader:${encoded}@127.0.0.1:${port}`,
      { PGDATABASE: 'other' },
      /^there is no database "other" at 127\.0\.0\.1:\d+ \(dbname from PGDATABASE\)/,
    ],
    [
      'a folder without a socket',
      () => 'postgres://reader@/taiga?host=/nowhere',
      {},
      /^cannot reach the database at \/nowhere\/\.s\.PGSQL\.5432: there is no such socket; is PostgreSQL running/,
    ],
    [
      'the socket in place of its folder',
      () => `postgres://reader@/taiga?host=${socketFolder()}/x`,
      {},
      /this is no folder; name the one that the socket is in/,
    ],
    [
      'an option that is none',
      (port) => `postgres://reader:${encoded}@127.0.0.1:${port}/taiga?options=-c%20no_such%3Dx`,
      {},
      /does not take the session's options: unrecognized configuration parameter "no_such"; check options/,
    ],
  ])('%s is told', async (_, url, env, message) => {
    const error = await read(url(cluster.port), env).catch((reason: unknown) => reason);
    expect(messageOf(error)).toMatch(message);
    expect(messageOf(error)).not.toContain('geheim');
  });

  test('a server that nothing listens on is given up after connect_timeout', async () => {
    const port = await freePort();
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
    const error = await read(`postgres://reader@127.0.0.1:${port}/taiga?connect_timeout=1`).catch(
      (reason: unknown) => reason,
    );
    silent.close();
    expect(messageOf(error)).toMatch(/timeout expired$/);
  });
});
