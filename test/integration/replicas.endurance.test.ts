import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import type { Database } from '../../src/database/database.js';
import { createDatabase } from '../../src/database/database.js';
import { createFailover, type Failover, type ServerState } from '../../src/database/failover.js';
import { type Replication, readReplication } from '../../src/database/replication.js';
import { check } from '../../src/main/check.js';
import { loadInstallation } from '../../src/main/installation.js';
import { startService } from '../../src/main/service.js';
import { createReader } from '../../src/taiga/reader.js';
import { createFolder, scrape } from '../support/bugflow.js';
import { type Gate, startGate } from '../support/gate.js';
import { HANG_MS } from '../support/hang.js';
import { type Kit, openKit } from '../support/kit.js';
import { fallen, readAll, startLiveReading } from '../support/live-reading.js';
import { type Cluster, hasReplication, startPostgres } from '../support/postgres.js';
import type { Table } from '../support/samples.js';
import { TeamWorld } from '../support/team-world.js';
import { errorOf } from '../unit/helpers.js';

const CHECK_INTERVAL_MS = 200;

describe.skipIf(!hasReplication)(
  'a primary and its replica (skipped without pg_basebackup on the machine)',
  () => {
    let primary: Cluster;
    let replica: Cluster;
    /** Between the two. */
    let gate: Gate;
    let world: TeamWorld;
    /** Reads the primary alone: the truth. */
    let kit: Kit;

    beforeAll(async () => {
      primary = await startPostgres();
      world = new TeamWorld(7);
      for (let i = 0; i < 60; i++) world.anything();
      await world.load(primary);
      await primary.query(`
        CREATE ROLE reader LOGIN PASSWORD 'geheim';
        GRANT USAGE ON SCHEMA public TO reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
      `);
      gate = await startGate(primary.port);
      replica = await startPostgres({ replicaOf: gate.through(primary.url) });
      kit = await openKit(primary.url);
    });
    afterAll(async () => {
      await world?.close();
      await kit?.close();
      await replica?.close();
      await gate?.close();
      await primary?.close();
    });
    afterEach(async () => {
      // Whatever a test that failed has left behind.
      await primary.start();
      await replica.start();
      await gate.open();
      await replica.query('SELECT pg_wal_replay_resume()');
      await untilCaughtUp();
    });

    const openAs = async (cluster: Cluster): Promise<Database> => {
      const url = cluster.urlWith({ user: 'reader', password: 'geheim' });
      const { database: config } = await loadConfig({ file: undefined, env: { TAIGA_DATABASE_URL: url } });
      return createDatabase(config, { onIdleError: () => undefined });
    };
    const openFailover = async (clusters: readonly Cluster[], maxLagMs = 60_000): Promise<Failover> => {
      const name = (cluster: Cluster): string => (cluster === primary ? 'primary' : 'replica');
      const failover = createFailover({
        servers: await Promise.all(
          clusters.map(async (cluster) => ({ name: name(cluster), database: await openAs(cluster) })),
        ),
        maxLagMs,
        onSwitch: () => undefined,
        checkIntervalMs: CHECK_INTERVAL_MS,
      });
      onTestFinished(() => failover.database.close());
      return failover;
    };
    const inUse = ({ servers }: Failover): string | undefined =>
      servers().find((server) => server.inUse)?.name;
    const stateOf = ({ servers }: Failover, name: string): ServerState | undefined =>
      servers().find((server) => server.name === name);
    const ask = ({ database }: Failover): Promise<number> =>
      database.read({ text: 'SELECT 1', values: [], timeoutMs: HANG_MS }, () => undefined);
    const until = (condition: () => unknown) => expect.poll(condition);
    const replicationOf = async (cluster: Cluster): Promise<Replication> => {
      const database = await openAs(cluster);
      try {
        return await readReplication(database);
      } finally {
        await database.close();
      }
    };
    const untilCaughtUp = async (): Promise<void> => {
      // A commit of its own: what else is written is sent in its own time.
      const [row] = await primary.query("SELECT pg_logical_emit_message(true, '', '')::text AS lsn");
      await until(async () => {
        const [found] = await replica.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS reached', [
          row?.lsn,
        ]);
        return found?.reached;
      }).toBe(true);
    };
    /** Resolves when it replays nothing any more, which PostgreSQL only tells from 14 on. */
    const pauseReplica = async (): Promise<void> => {
      await replica.query('SELECT pg_wal_replay_pause()');
      const [version] = await replica.query('SHOW server_version_num');
      if (Number(version?.server_version_num) < 140_000) return;
      await until(() => replica.query('SELECT pg_get_wal_replay_pause_state() AS state')).toEqual([
        { state: 'paused' },
      ]);
    };
    const happen = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) world.anything();
      await world.write();
    };
    /** Reads in cycles, as the service does: nothing may ever fall. */
    const startReading = (failover: Failover): (() => Promise<Table>) => {
      const reader = createReader(failover.database, kit.library.relations);
      const live = startLiveReading({ ...kit, database: failover.database, reader });
      let before: Table = {};
      return async () => {
        const after = await live.read(world.now);
        expect(fallen(before, after)).toEqual([]);
        before = after;
        return after;
      };
    };
    const truth = async (): Promise<Table> => readAll(kit, world.now);

    test('the primary has no lag; that of the replica is told to a role without privileges', async () => {
      expect(await replicationOf(primary)).toEqual({ isReplica: false, lagMs: undefined });
      await until(() => replicationOf(replica)).toEqual({ isReplica: true, lagMs: 0 });
      await pauseReplica();
      onTestFinished(async () => void (await primary.query('DROP TABLE IF EXISTS something')));
      await primary.query('CREATE TABLE something ()');
      await until(async () => (await replicationOf(replica)).lagMs).toBeGreaterThan(300);
      await replica.query('SELECT pg_wal_replay_resume()');
      await until(() => replicationOf(replica)).toEqual({ isReplica: true, lagMs: 0 });
    });

    test('a replica that is cut off does not take itself for up to date', async () => {
      await until(() => replicationOf(replica)).toEqual({ isReplica: true, lagMs: 0 });
      await gate.shut();
      await until(async () => (await replicationOf(replica)).lagMs).toBeGreaterThan(300);
      const [row] = await replica.query(
        'SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AS same',
      );
      expect(row?.same).toBe(true);
      await gate.open();
      await until(() => replicationOf(replica)).toEqual({ isReplica: true, lagMs: 0 });
    });

    test('when the primary is killed the replica is read, and the primary again when it is back', async () => {
      const failover = await openFailover([primary, replica]);
      const read = startReading(failover);
      await happen(20);
      expect(await read()).toEqual(await truth());
      expect(inUse(failover)).toBe('primary');
      await untilCaughtUp();
      const known = await truth();
      await primary.stop();
      // Unless a look has found out before.
      await ask(failover).catch(() => undefined);
      expect(await read()).toEqual(known);
      expect(inUse(failover)).toBe('replica');
      expect(stateOf(failover, 'primary')?.up).toBe(false);
      await until(() => stateOf(failover, 'replica')?.lagMs).toBeGreaterThan(0);

      await primary.start();
      await world.connect(primary);
      await happen(20);
      await until(() => inUse(failover)).toBe('primary');
      expect(await read()).toEqual(await truth());
      expect(failover.database.generation()).toBe(2);
    });

    test('a replica that falls behind is left for the primary, and nothing is counted twice or lost', async () => {
      await until(() => replicationOf(replica)).toEqual({ isReplica: true, lagMs: 0 });
      const failover = await openFailover([replica, primary], 1000);
      const read = startReading(failover);
      await until(async () => {
        await ask(failover);
        return inUse(failover);
      }).toBe('replica');
      expect(await read()).toEqual(await truth());
      const before = await truth();

      await pauseReplica();
      await happen(30);
      // As long as it is not too far behind it is what is read.
      if (inUse(failover) === 'replica') expect([before, await truth()]).toContainEqual(await read());
      await until(async () => {
        await ask(failover);
        return inUse(failover);
      }).toBe('primary');
      await until(() => stateOf(failover, 'replica')?.lagMs).toBeGreaterThan(1000);
      expect(await read()).toEqual(await truth());
      await happen(10);
      expect(await read()).toEqual(await truth());

      await replica.query('SELECT pg_wal_replay_resume()');
      await until(() => inUse(failover)).toBe('replica');
      await untilCaughtUp();
      expect(await read()).toEqual(await truth());
    });

    test('all of them away: the reason of each; back again: nothing is lost', async () => {
      const failover = await openFailover([primary, replica]);
      const read = startReading(failover);
      expect(await read()).toEqual(await truth());
      await replica.stop();
      await primary.stop();
      await ask(failover).catch(() => undefined);
      const error = await errorOf(ask(failover));
      expect(error.code).toBe('DATABASE_UNREACHABLE');
      expect(error.message).toMatch(
        /^no server can be used: cannot reach the database at 127\.0\.0\.1:\d+: nothing listens there.*; cannot reach the/,
      );
      expect(failover.servers().map(({ up }) => up)).toEqual([false, false]);
      await primary.start();
      await replica.start();
      await world.connect(primary);
      await happen(10);
      await until(() => read().catch(() => undefined)).toEqual(await truth());
      await until(() => inUse(failover)).toBe('primary');
    });

    test('a query that the replica has to give up is told as that, and no reason to leave it', async () => {
      onTestFinished(async () => {
        await replica.configure({ max_standby_streaming_delay: '30s' });
        await primary.query('DROP TABLE IF EXISTS churning');
      });
      await replica.configure({ max_standby_streaming_delay: '0' });
      await primary.query('CREATE TABLE churning AS SELECT n FROM generate_series(1, 1000) AS n');
      await primary.query('GRANT SELECT ON churning TO reader');
      await untilCaughtUp();
      const failover = await openFailover([replica, primary]);
      const reading = errorOf(
        failover.database.read(
          { text: 'SELECT pg_sleep(0.05) FROM churning', values: [], timeoutMs: HANG_MS },
          () => undefined,
        ),
      );
      await until(() =>
        replica.query(
          "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%FROM churning' AND state = 'active' AND usename = 'reader'",
        ),
      ).not.toEqual([]);
      await primary.query('DELETE FROM churning');
      await primary.query('VACUUM churning');
      const error = await reading;
      expect(error.code).toBe('DATABASE_REPLICA_CONFLICT');
      expect(error.message).toMatch(
        /^the replica at 127\.0\.0\.1:\d+ cancelled the statement: canceling statement due to conflict with recovery; the next run tries again/,
      );
      await ask(failover);
      expect(inUse(failover)).toBe('replica');
    });

    test('the service exports its servers, and goes on when one is killed; check names the one it reads', async () => {
      const folder = createFolder();
      onTestFinished(() => folder.remove());
      const [first, second] = [primary, replica].map(({ port }) => `127.0.0.1:${port}`) as [string, string];
      const often = "overrides:\n  members: { schedule: '* * * * * *' }\n";
      const file = folder.write('bugflow.yaml', `database: { hosts: ["${first}", "${second}"] }\n${often}`);
      // The URL's own server is not there: user, password and database are what counts.
      const url = new URL(primary.urlWith({ user: 'reader', password: 'geheim' }));
      url.port = '1';
      const source = { file, env: { TAIGA_DATABASE_URL: url.href } };

      const printed: string[] = [];
      await check(await loadInstallation(source), { now: new Date(), print: (line) => printed.push(line) });
      expect(printed).toContain(`Database: ${first}, ${second}`);
      expect(printed).toContain(`Read from: ${first}, a primary`);

      const logged: string[] = [];
      const log = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(line) });
      const service = await startService({ source, log, version: '1.2.3', port: 0 });
      onTestFinished(() => service.close());
      const servers = async (name: string) => (await scrape(service.address)).table(name, ['server']);
      await until(() => servers('bugflow_database_server_in_use')).toEqual({ [first]: 1, [second]: 0 });
      await until(() => servers('bugflow_database_server_up')).toEqual({ [first]: 1, [second]: 1 });
      await until(async () => Object.keys(await servers('bugflow_database_replication_lag_seconds'))).toEqual(
        [second],
      );
      await primary.stop();
      await until(() => servers('bugflow_database_server_in_use')).toEqual({ [first]: 0, [second]: 1 });
      await until(() => servers('bugflow_database_server_up')).toEqual({ [first]: 0, [second]: 1 });
      await until(async () => (await scrape(service.address)).value('bugflow_database_up')).toBe(1);
      expect(logged.join('')).toContain(`the database is read from ${second}, a replica that lags`);
    });

    test('reports are read from a replica of their own, and only there; without it they say so', async () => {
      const folder = createFolder();
      onTestFinished(() => folder.remove());
      const where = `127.0.0.1:${replica.port}`;
      const file = folder.write('bugflow.yaml', `database: { reports: { hosts: ["${where}"] } }\n`);
      const url = primary.urlWith({ user: 'reader', password: 'geheim' });
      const source = { file, env: { TAIGA_DATABASE_URL: url } };
      const checked = async (): Promise<readonly string[]> => {
        const printed: string[] = [];
        await check(await loadInstallation(source), { now: new Date(), print: (line) => printed.push(line) });
        return printed;
      };
      expect((await checked()).join('\n')).toContain(`Reports read from: ${where}, a replica`);

      const service = await startService({ source, log: pino({ level: 'silent' }), version: '1', port: 0 });
      onTestFinished(() => service.close());
      const page = (name: string): Promise<Response> =>
        fetch(`${service.address}/reports/${name}`, { headers: { prefer: 'wait=300' } });
      await until(async () => (await page('portfolio')).status).toBe(200);
      const sessions = async (cluster: Cluster): Promise<number> => {
        const rows = await cluster.query(
          "SELECT 1 FROM pg_stat_activity WHERE application_name = 'taiga-bugflow reports'",
        );
        return rows.length;
      };
      expect(await sessions(replica)).toBeGreaterThan(0);
      expect(await sessions(primary)).toBe(0);

      await replica.stop();
      const without = await page('week');
      expect(await without.text()).toContain(`127.0.0.1:${replica.port}`);
      expect(await sessions(primary)).toBe(0);
      expect((await scrape(service.address)).value('bugflow_database_up')).toBe(1);
      expect((await checked()).at(-1)).toContain('Reports cannot read.');
    });
  },
);
