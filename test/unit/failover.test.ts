import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BugflowError } from '../../src/base/errors.js';
import type { Database, Row } from '../../src/database/database.js';
import { createFailover, type Failover, type ServerState } from '../../src/database/failover.js';
import { errorOf } from './helpers.js';

const CHECK_INTERVAL_MS = 15_000;

/** A server that answers every query but the failover's own with its name. */
class FakeServer {
  down = false;
  isReplica = false;
  /** As PostgreSQL says it; null: it cannot tell. */
  lagMs: number | null = 0;
  reads = 0;
  closed = false;
  readonly name: string;

  constructor(name: string, change: Partial<FakeServer> = {}) {
    this.name = name;
    Object.assign(this, change);
  }

  database(): Database {
    return {
      read: async ({ text }, onBatch) => {
        if (this.down) throw new BugflowError('DATABASE_UNREACHABLE', `cannot reach ${this.name}`);
        const isLook = text.includes('pg_is_in_recovery');
        if (!isLook) this.reads += 1;
        const lag = this.isReplica && this.lagMs !== null ? String(this.lagMs) : null;
        onBatch([], [isLook ? [String(this.isReplica), lag] : ([this.name] as Row)]);
        return 1;
      },
      readTogether: () => Promise.reject(new BugflowError('COLLECTOR_SQL', 'a mistake')),
      generation: () => 0,
      close: async () => {
        this.closed = true;
      },
    };
  }
}

describe('several servers', () => {
  let switches: string[];
  let failover: Failover | undefined;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    switches = [];
  });
  afterEach(async () => {
    await failover?.database.close();
    vi.useRealTimers();
  });

  const open = (...servers: FakeServer[]): Failover => {
    failover = createFailover({
      servers: servers.map((server) => ({ name: server.name, database: server.database() })),
      maxLagMs: 60_000,
      onSwitch: ({ name }) => void switches.push(name),
      checkIntervalMs: CHECK_INTERVAL_MS,
    });
    return failover;
  };
  const readFrom = async ({ database }: Failover): Promise<string | null | undefined> => {
    let from: string | null | undefined;
    await database.read({ text: 'SELECT', values: [], timeoutMs: 1 }, (_columns, [row]) => {
      from = row?.[0];
    });
    return from;
  };
  const look = async (times = 1): Promise<void> => {
    for (let i = 0; i < times; i++) await vi.advanceTimersByTimeAsync(CHECK_INTERVAL_MS);
  };
  const stateOf = (name: string): ServerState | undefined =>
    failover?.servers().find((server) => server.name === name);

  test('the first one that answers is read, and nobody is asked before somebody reads', async () => {
    const [one, two] = [new FakeServer('one'), new FakeServer('two')];
    const servers = open(one, two);
    expect(servers.servers().map(({ up, inUse }) => ({ up, inUse }))).toEqual([
      { up: undefined, inUse: false },
      { up: undefined, inUse: false },
    ]);
    expect(await Promise.all([readFrom(servers), readFrom(servers)])).toEqual(['one', 'one']);
    expect(switches).toEqual(['one']);
    expect(servers.database.generation()).toBe(0);
    expect(two.reads).toBe(0);
  });

  test('the one that fails takes the run with it; the next run reads from the next', async () => {
    const [one, two] = [new FakeServer('one'), new FakeServer('two')];
    const servers = open(one, two);
    await readFrom(servers);
    one.down = true;
    expect((await errorOf(readFrom(servers))).message).toBe('cannot reach one');
    expect(await readFrom(servers)).toBe('two');
    expect(servers.database.generation()).toBe(1);
    expect([stateOf('one')?.up, stateOf('two')?.inUse]).toEqual([false, true]);
  });

  test('a mistake in the SQL switches nothing', async () => {
    const servers = open(new FakeServer('one'), new FakeServer('two'));
    await readFrom(servers);
    await expect(
      servers.database.readTogether(
        [],
        async () => undefined,
        (error) => error,
      ),
    ).rejects.toThrow();
    expect(await readFrom(servers)).toBe('one');
    expect(servers.database.generation()).toBe(0);
  });

  test('the preferred one is read again when it was well twice in a row', async () => {
    const [one, two] = [new FakeServer('one', { down: true }), new FakeServer('two')];
    const servers = open(one, two);
    expect(await readFrom(servers)).toBe('two');
    expect(servers.database.generation()).toBe(0);
    one.down = false;
    await look();
    expect(await readFrom(servers)).toBe('two');
    one.down = true;
    await look();
    one.down = false;
    await look();
    expect(await readFrom(servers)).toBe('two');
    await look();
    expect(await readFrom(servers)).toBe('one');
    expect(switches).toEqual(['two', 'one']);
    expect(servers.database.generation()).toBe(1);
  });

  test('a replica that lags too far is left, and read again when it has caught up', async () => {
    const [replica, primary] = [new FakeServer('replica', { isReplica: true }), new FakeServer('primary')];
    const servers = open(replica, primary);
    expect(await readFrom(servers)).toBe('replica');
    await look(10);
    replica.lagMs = 61_000;
    // It had caught up a moment ago: nothing can be older than that.
    await look();
    expect(await readFrom(servers)).toBe('replica');
    expect(stateOf('replica')?.lagMs).toBe(CHECK_INTERVAL_MS);
    await look(4);
    expect(stateOf('replica')?.lagMs).toBe(61_000);
    expect(await readFrom(servers)).toBe('primary');
    replica.lagMs = 100;
    await look(2);
    expect(await readFrom(servers)).toBe('replica');
    expect(stateOf('primary')?.lagMs).toBeUndefined();
  });

  test('a replica that cannot tell how far behind it is counts as too far', async () => {
    const servers = open(
      new FakeServer('replica', { isReplica: true, lagMs: null }),
      new FakeServer('primary'),
    );
    expect(await readFrom(servers)).toBe('primary');
    expect(stateOf('replica')).toMatchObject({ up: true, lagMs: undefined });
  });

  test('at night, when nobody writes, a replica does not age by that', async () => {
    const primary = new FakeServer('primary');
    const replica = new FakeServer('replica', { isReplica: true });
    const servers = open(primary, replica);
    await readFrom(servers);
    await look();
    // The last transaction was hours ago, and that is all that the replica knows when it loses its primary.
    primary.down = true;
    replica.lagMs = 7_200_000;
    await errorOf(readFrom(servers));
    expect(await readFrom(servers)).toBe('replica');
    expect(stateOf('replica')?.lagMs).toBeLessThan(CHECK_INTERVAL_MS);
  });

  test('when none can be used, each says why', async () => {
    const one = new FakeServer('one', { down: true });
    const two = new FakeServer('two', { isReplica: true, lagMs: 600_000 });
    const servers = open(one, two);
    const error = await errorOf(readFrom(servers));
    expect(error.code).toBe('DATABASE_UNREACHABLE');
    expect(error.message).toMatch(
      /^no server can be used: cannot reach one; the replica at two lags 600 s behind, and database\.max_replica_lag allows 60 s/,
    );
    two.lagMs = 1;
    expect(await readFrom(servers)).toBe('two');
  });

  test('a lone replica that lags too far is no database either', async () => {
    const servers = open(new FakeServer('two', { isReplica: true, lagMs: 600_000 }));
    expect((await errorOf(readFrom(servers))).code).toBe('DATABASE_REPLICA_LAG');
  });

  test('all are closed', async () => {
    const servers = [new FakeServer('one'), new FakeServer('two')];
    await open(...servers).database.close();
    expect(servers.map(({ closed }) => closed)).toEqual([true, true]);
  });
});
