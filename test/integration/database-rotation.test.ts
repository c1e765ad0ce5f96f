import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type BugflowError, isDatabaseAbsent } from '../../src/base/errors.js';
import { loadConfig } from '../../src/config/config.js';
import { createDatabase, type Database } from '../../src/database/database.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { HANG_MS } from '../support/hang.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { errorOf } from '../unit/helpers.js';

describe.skipIf(!hasPostgres)('secrets that change (skipped without PostgreSQL on the machine)', () => {
  let cluster: Cluster;
  let folder: Folder;

  beforeAll(async () => {
    folder = createFolder();
    cluster = await startPostgres();
    await cluster.query(
      "CREATE ROLE one LOGIN PASSWORD 'first'; CREATE ROLE two LOGIN PASSWORD 'second/@:?'",
    );
  });
  afterAll(async () => {
    await cluster?.close();
    folder?.remove();
  });

  const open = async (keys: Readonly<Record<string, string>>): Promise<Database> => {
    const file = folder.write(
      'bugflow.yaml',
      JSON.stringify({ database: { ...keys, pool_size: 1, connect_timeout: '2m' } }),
    );
    const { database: config } = await loadConfig({ file, env: {} });
    const database = createDatabase(config, { onIdleError: () => undefined });
    onTestFinished(() => database.close());
    return database;
  };
  const userOf = async (database: Database): Promise<string | null | undefined> => {
    let user: string | null | undefined;
    await database.read(
      { text: 'SELECT current_user', values: [], timeoutMs: HANG_MS },
      (_columns, [row]) => {
        user = row?.[0];
      },
    );
    return user;
  };
  const afterNewConnection = (database: Database): Promise<BugflowError> =>
    eventually(async () => {
      const error = await errorOf(userOf(database));
      // The pool may not yet have heard of its connection's end.
      expect(error.code).not.toBe('DATABASE_UNREACHABLE');
      return error;
    });
  /** Ends the connections that are kept, so that the next one is new. */
  const endSessions = async (): Promise<void> => {
    await cluster.query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename IN ('one', 'two')",
    );
  };

  test('url_file: the next connection has the new one, and a broken one is named until it is fixed', async () => {
    const first = cluster.urlWith({ user: 'one', password: 'first' });
    const file = folder.write('url', `${first}\n`);
    const database = await open({ url_file: file });
    expect(await userOf(database)).toBe('one');

    folder.write('url', cluster.urlWith({ user: 'two', password: 'second/@:?' }));
    await endSessions();
    await expect.poll(() => userOf(database).catch(() => undefined)).toBe('two');

    for (const [broken, message] of [
      ['', `${file}: the database URL is not a URL of PostgreSQL: it is empty; write postgres://`],
      [
        'postgres://two:second@[/taiga',
        `${file}: the database URL is not a URL of PostgreSQL: its host or port is none; write postgres://`,
      ],
      [
        `${first}?sslmode=geheim`,
        `${file}: the parameter sslmode of the database URL is not valid; write one of`,
      ],
    ] as const) {
      folder.write('url', broken);
      await endSessions();
      const error = await afterNewConnection(database);
      expect(error.message.startsWith(message)).toBe(true);
      expect(error.message).not.toMatch(/first|second|geheim/);
      expect(isDatabaseAbsent(error)).toBe(true);
    }
    rmSync(file);
    expect((await errorOf(userOf(database))).message).toMatch(/^cannot read the secret file .*\/url: ENOENT/);

    folder.write('url', first);
    expect(await userOf(database)).toBe('one');
  });

  test('url_file is checked when the configuration is read', async () => {
    const file = folder.write('bad-url', 'mysql://one@db/taiga');
    const error = await errorOf(open({ url_file: file }));
    expect(error.message).toMatch(/bugflow\.yaml:\d+: database\.url_file is not a URL of PostgreSQL/);
  });

  test('password_file goes before the password of the URL, or its absence', async () => {
    const file = folder.write('password', 'second/@:?\n');
    for (const password of ['', 'wrong']) {
      const database = await open({ url: cluster.urlWith({ user: 'two', password }), password_file: file });
      expect(await userOf(database)).toBe('two');
      onTestFinished(async () => void (await cluster.query("ALTER ROLE two PASSWORD 'second/@:?'")));
      await cluster.query("ALTER ROLE two PASSWORD 'third'");
      await endSessions();
      expect((await afterNewConnection(database)).code).toBe('DATABASE_LOGIN_REFUSED');
      folder.write('password', 'third');
      expect(await userOf(database)).toBe('two');
      await cluster.query("ALTER ROLE two PASSWORD 'second/@:?'");
      folder.write('password', 'second/@:?\n');
    }
  });

  test('an empty password_file leaves the password of the URL', async () => {
    const file = folder.write('no-password', '\n');
    const database = await open({
      url: cluster.urlWith({ user: 'two', password: 'second/@:?' }),
      password_file: file,
    });
    expect(await userOf(database)).toBe('two');
  });
});
