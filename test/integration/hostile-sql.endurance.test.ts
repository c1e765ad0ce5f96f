import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { BugflowError } from '../../src/base/errors.js';
import { loadConfig } from '../../src/config/config.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/main/open-database.js';
import { hasOpenSsh, type OpenSsh, startOpenSsh } from '../ssh/openssh.js';
import { eventually } from '../support/eventually.js';
import { type Gate, startGate } from '../support/gate.js';
import { HANG_MS } from '../support/hang.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { errorOf } from '../unit/helpers.js';

const TIMEOUT_MS = 300;

/**
 * Whether PostgreSQL ended the session is waited for a second and a half, which a busy machine may not make: then it is
 * the connection that is given up, and it is tried again.
 */
const inTime = eventually;

describe.skipIf(!hasPostgres)(
  'SQL cannot hold a connection (skipped without PostgreSQL on the machine)',
  () => {
    let cluster: Cluster;
    let url: string;

    beforeAll(async () => {
      cluster = await startPostgres();
      await cluster.query(`
        CREATE ROLE reader LOGIN PASSWORD 'geheim' CONNECTION LIMIT 5;
        -- What a colleague may find in a database: it catches being cancelled, and goes on.
        CREATE FUNCTION stubborn() RETURNS integer LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM set_config('statement_timeout', '0', false);
          PERFORM set_config('client_connection_check_interval', '0', false);
          LOOP
            BEGIN
              PERFORM pg_sleep(600);
            EXCEPTION WHEN query_canceled THEN NULL;
            END;
          END LOOP;
        END $$;
        CREATE FUNCTION busy() RETURNS integer LANGUAGE plpgsql AS $$
        DECLARE n numeric := 0;
        BEGIN
          LOOP
            BEGIN
              PERFORM set_config('client_connection_check_interval', '0', false);
              LOOP n := n + 1; END LOOP;
            EXCEPTION WHEN OTHERS OR query_canceled THEN NULL;
            END;
          END LOOP;
        END $$;
      `);
      url = cluster.urlWith({ user: 'reader', password: 'geheim' });
    });
    afterAll(() => cluster?.close());

    const open = async (change: { url?: string; ssh?: OpenSsh } = {}): Promise<Database> => {
      const config = await loadConfig({ file: undefined, env: { TAIGA_DATABASE_URL: change.url ?? url } });
      const { database } = openDatabase(
        { database: { ...config.database, poolSize: 2 }, ssh: change.ssh?.config() },
        { onIdleError: () => undefined },
      );
      onTestFinished(() => database.close());
      return database;
    };
    const read = (database: Database, text: string, timeoutMs = HANG_MS): Promise<number> =>
      database.read({ text, values: [], timeoutMs }, () => undefined);
    /** What becomes of SQL that will not end, after its time. */
    const endOf = (database: Database, text: string): Promise<BugflowError> =>
      errorOf(read(database, text, TIMEOUT_MS));
    const untilNothingRuns = (): Promise<void> => expect.poll(atWork).toEqual([]);
    /** What the role is at, but for what is ready for more. */
    const atWork = (): Promise<unknown[]> =>
      cluster.query("SELECT query FROM pg_stat_activity WHERE usename = 'reader' AND state <> 'idle'");

    const attempts: readonly (readonly [string, string, RegExp])[] = [
      ['sleeping', 'SELECT pg_sleep(600)', /was cancelled: canceling statement due to statement timeout/],
      [
        'switching the timeout off',
        "SELECT set_config('statement_timeout', '0', false), pg_sleep(600)",
        /was cancelled: canceling statement due to statement timeout/,
      ],
      [
        'answering slowly, row by row',
        `SELECT set_config('statement_timeout', '0', false),
                set_config('client_connection_check_interval', '0', false), repeat('x', 1000), pg_sleep(0.001)
         FROM generate_series(1, 100000000)`,
        /was cancelled|neither ended within 300 ms nor let itself be cancelled; its session was ended/,
      ],
      [
        'catching what cancels it, asleep',
        'SELECT stubborn()',
        /^the SQL neither ended within 300 ms nor let itself be cancelled; its session was ended$/,
      ],
      [
        'catching what cancels it, at work',
        'SELECT busy()',
        /^the SQL neither ended within 300 ms nor let itself be cancelled; its session was ended$/,
      ],
    ];
    test.each(attempts)('by %s', async (_title, text, message) => {
      const database = await open();
      await inTime(async () => {
        const hostile = endOf(database, text);
        // Others are served meanwhile.
        await read(database, 'SELECT 1');
        const error = await hostile;
        await untilNothingRuns();
        expect(error.message).toMatch(message);
        // It is not the database that was away.
        expect(error.code).toBe('COLLECTOR_TIMEOUT');
      });
      // All of the pool is there again.
      await Promise.all([read(database, 'SELECT pg_sleep(0.1)'), read(database, 'SELECT pg_sleep(0.1)')]);
    });

    test('through as many connections as the role may have', async () => {
      const database = await open();
      await inTime(async () => {
        const hostile = Array.from({ length: 4 }, () => endOf(database, 'SELECT stubborn()'));
        const codes = (await Promise.all(hostile)).map(({ code }) => code);
        await untilNothingRuns();
        expect(new Set(codes)).toEqual(new Set(['COLLECTOR_TIMEOUT']));
      });
    });

    test('by answering for ever, where several are read side by side', async () => {
      const database = await open();
      const forever = { text: 'SELECT n FROM generate_series(1, 1e12) AS n', values: [], timeoutMs: HANG_MS };
      await inTime(async () => {
        const endless = database.readTogether(
          [forever],
          async ([stream]) => {
            for (;;) await stream?.next();
          },
          (error) => error,
          200,
        );
        const error = await errorOf(endless);
        await untilNothingRuns();
        expect(error.message).toMatch(/neither ended within 200 ms nor let itself be cancelled/);
      });
    });

    test('nobody else is ended in its place', async () => {
      const database = await open();
      const [, bystander] = await Promise.all([
        endOf(database, 'SELECT stubborn()'),
        read(database, 'SELECT pg_sleep(4)'),
      ]);
      expect(bystander).toBeGreaterThan(3900);
    });

    test('when the network is gone, PostgreSQL notices by itself', async () => {
      const gate: Gate = await startGate(cluster.port);
      onTestFinished(() => gate.close());
      const database = await open({ url: gate.through(url) });
      const sleeping = errorOf(read(database, 'SELECT pg_sleep(600)', 600_000));
      await expect.poll(atWork).toHaveLength(1);
      await gate.shut();
      expect((await sleeping).code).toBe('DATABASE_UNREACHABLE');
      await untilNothingRuns();
    });

    test.skipIf(!hasOpenSsh)('through SSH (skipped without OpenSSH server on the machine)', async () => {
      const ssh = await startOpenSsh();
      onTestFinished(() => ssh.close());
      const database = await open({ ssh });
      await inTime(async () => {
        const error = await endOf(database, 'SELECT stubborn()');
        await untilNothingRuns();
        expect(error.message).toMatch(/its session was ended$/);
      });
      await read(database, 'SELECT 1');
    });
  },
);
