import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BugflowError } from '../../src/base/errors.js';
import type { Session } from '../../src/ssh/session.js';
import { createTunnel, createTunnelBackoff, type Tunnel } from '../../src/ssh/tunnel.js';
import type { TunnelSocket } from '../../src/ssh/tunnel-socket.js';
import { deferred } from '../unit/helpers.js';

const DOWN = new BugflowError('TUNNEL_UNREACHABLE', 'down');
const LOST = new BugflowError('TUNNEL_UNREACHABLE', 'lost');

describe('when the session is set up again', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Each element is what becomes of one attempt; the last one repeats. */
  const tunnelThat = (...outcomes: ('down' | 'up')[]) => {
    const lost: ((error: BugflowError) => void)[] = [];
    const connect = vi.fn(async (): Promise<Session> => {
      if ((outcomes.length > 1 ? outcomes.shift() : outcomes[0]) === 'down') throw DOWN;
      const end = deferred<BugflowError>();
      lost.push(end.resolve);
      return { forward: async () => new PassThrough(), lost: end.promise, close: () => end.resolve(LOST) };
    });
    const changes: string[] = [];
    const tunnel = createTunnel({
      connect,
      onChange: (error) => void changes.push(error?.message ?? 'up'),
      retryDelayMs: (failures) => failures * 1000,
    });
    return { tunnel, connect, changes, lose: () => lost.at(-1)?.(LOST) };
  };
  const connection = (tunnel: Tunnel): Promise<string> => {
    const socket = tunnel.stream() as TunnelSocket;
    return new Promise((resolve) => {
      socket.once('connect', () => resolve('connected'));
      socket.once('error', (error) => resolve(error.message));
      socket.connect(5432, 'db');
    });
  };

  test('nothing happens before the first connection; all share one session', async () => {
    const { tunnel, connect } = tunnelThat('up');
    expect(connect).not.toHaveBeenCalled();
    expect(tunnel.state()).toEqual({ up: false, reconnects: 0 });
    expect(await Promise.all([connection(tunnel), connection(tunnel)])).toEqual(['connected', 'connected']);
    expect(await connection(tunnel)).toBe('connected');
    expect(connect).toHaveBeenCalledTimes(1);
    expect(tunnel.state()).toEqual({ up: true, reconnects: 0 });
  });

  test('by itself, later and later; between two attempts connections fail at once with the reason', async () => {
    const { tunnel, connect, changes } = tunnelThat('down', 'down', 'up');
    expect(await connection(tunnel)).toBe('down');
    expect(await connection(tunnel)).toBe('down');
    expect(connect).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(connect).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1999);
    expect(connect).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(changes).toEqual(['down', 'down', 'up']);
    expect(await connection(tunnel)).toBe('connected');
    // The first session is none that was set up again.
    expect(tunnel.state()).toEqual({ up: true, reconnects: 0 });
  });

  test('when it is lost, every connection ends with the reason, and the delay starts small again', async () => {
    const { tunnel, changes, lose } = tunnelThat('down', 'up');
    await connection(tunnel);
    await vi.advanceTimersByTimeAsync(1000);
    const socket = tunnel.stream() as TunnelSocket;
    const ended = new Promise<string>((resolve) => socket.once('error', (error) => resolve(error.message)));
    socket.connect(5432, 'db');
    lose();
    expect(await ended).toBe('lost');
    expect(tunnel.state().up).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(tunnel.state()).toEqual({ up: true, reconnects: 1 });
    expect(changes).toEqual(['down', 'up', 'lost', 'up']);
  });

  test('not after it was closed', async () => {
    for (const outcome of ['down', 'up'] as const) {
      const { tunnel, connect } = tunnelThat(outcome);
      await connection(tunnel);
      const closed = tunnel.close();
      await vi.runAllTimersAsync();
      await closed;
      expect(connect).toHaveBeenCalledTimes(1);
      expect(tunnel.state().up).toBe(false);
      expect(await connection(tunnel)).toBe('the SSH tunnel was closed');
    }
  });

  test('a Unix socket cannot be reached', async () => {
    const socket = tunnelThat('up').tunnel.stream() as TunnelSocket;
    const error = await new Promise<Error>((resolve) => {
      socket.once('error', resolve);
      socket.connect('/run/postgresql/.s.PGSQL.5432');
    });
    expect(error.message).toMatch(/reached by host and port, not by a Unix socket/);
  });
});

test('delays double up to 30 s, with jitter; after a refused login they are long at once', () => {
  const delayMs = createTunnelBackoff();
  const between = (error: BugflowError, failures: number): [number, number] => {
    const delays = Array.from({ length: 200 }, () => delayMs(failures, error));
    expect(new Set(delays).size).toBeGreaterThan(100);
    return [Math.min(...delays), Math.max(...delays)];
  };
  for (const [failures, longest] of [
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [6, 30_000],
    [5000, 30_000],
  ] as const) {
    const [least, most] = between(DOWN, failures);
    expect(least).toBeGreaterThanOrEqual(longest / 2);
    expect(most).toBeLessThanOrEqual(longest);
  }
  const [least] = between(new BugflowError('TUNNEL_LOGIN_REFUSED', 'no'), 1);
  expect(least).toBeGreaterThanOrEqual(30_000);
});
