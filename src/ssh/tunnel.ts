import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff } from '../base/backoff.js';
import { BugflowError, hasCode, messageOf } from '../base/errors.js';
import type { Session } from './session.js';
import { TunnelSocket } from './tunnel-socket.js';

/** The way to the database through SSH: one session for all connections, set up again whenever it is lost. */
export interface Tunnel {
  /** A stream for one connection of pg; the first one sets up the session. */
  stream(): Duplex;
  state(): TunnelState;
  close(): Promise<void>;
}

export interface TunnelState {
  readonly up: boolean;
  /** How often the session was set up again after it was lost. */
  readonly reconnects: number;
}

export interface TunnelOptions {
  readonly connect: (signal: AbortSignal) => Promise<Session>;
  /** Called with undefined when the session is up, and with the reason when it is not. */
  readonly onChange: (error: BugflowError | undefined) => void;
  readonly retryDelayMs?: (failuresInARow: number, error: BugflowError) => number;
}

const MAX_RETRY_MS = 30_000;
/** Servers lock out clients whose login fails too often. */
const REFUSED_RETRY_MS = 60_000;
/** How long connections may take to close properly. */
const CLOSE_TIMEOUT_MS = 1000;

export function createTunnel({
  connect,
  onChange,
  retryDelayMs = createTunnelBackoff(),
}: TunnelOptions): Tunnel {
  const sockets = new Set<TunnelSocket>();
  const closing = new AbortController();
  let session: Session | undefined;
  let attempt: Promise<Session> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let lastError: BugflowError | undefined;
  let failuresInARow = 0;
  let established = 0;

  const fail = (error: BugflowError): void => {
    lastError = error;
    if (closing.signal.aborted) return;
    failuresInARow += 1;
    timer = setTimeout(
      () => {
        timer = undefined;
        // The state keeps its outcome.
        begin().catch(() => undefined);
      },
      retryDelayMs(failuresInARow, error),
    );
    onChange(error);
  };

  const establish = async (): Promise<Session> => {
    try {
      const opened = await connect(closing.signal);
      if (closing.signal.aborted) {
        opened.close();
        throw closedError();
      }
      session = opened;
      established += 1;
      failuresInARow = 0;
      lastError = undefined;
      void opened.lost.then((error) => {
        session = undefined;
        for (const socket of sockets) socket.destroy(closing.signal.aborted ? undefined : error);
        fail(error);
      });
      onChange(undefined);
      return opened;
    } catch (error) {
      const known =
        error instanceof BugflowError
          ? error
          : new BugflowError('TUNNEL_UNREACHABLE', `the SSH session cannot be set up: ${messageOf(error)}`, {
              cause: error,
            });
      fail(known);
      throw known;
    }
  };

  const begin = (): Promise<Session> => {
    attempt ??= establish().finally(() => {
      attempt = undefined;
    });
    return attempt;
  };

  const open = async (host: string, port: number): Promise<Duplex> => {
    if (closing.signal.aborted) throw closedError();
    // Between two attempts callers fail at once instead of waiting.
    if (timer !== undefined && lastError !== undefined) throw lastError;
    return (session ?? (await begin())).forward(host, port);
  };

  return {
    stream() {
      const socket = new TunnelSocket({
        open,
        explainTimeout: (error) =>
          session === undefined
            ? new BugflowError(
                'TUNNEL_UNREACHABLE',
                `the SSH session was not set up before the database connection timed out (${messageOf(error)}); raise database.connect_timeout if the SSH server is slow`,
                { cause: error },
              )
            : error,
      });
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      return socket;
    },
    state: () => ({ up: session !== undefined, reconnects: Math.max(0, established - 1) }),
    async close() {
      closing.abort();
      clearTimeout(timer);
      await attempt?.catch(() => undefined);
      // pg does not wait for connections that it has asked to close.
      const ended = Promise.allSettled([...sockets].map((socket) => once(socket, 'close')));
      await Promise.race([ended, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
      session?.close();
    },
  };
}

/** 1 s, 2 s, 4 s … 30 s, and at least half a minute after a refused login. */
export function createTunnelBackoff(): (failuresInARow: number, error: BugflowError) => number {
  const backoff = createBackoff();
  const backoffOfRefused = createBackoff({ firstMs: REFUSED_RETRY_MS });
  return (failuresInARow, error) =>
    hasCode(error, 'TUNNEL_LOGIN_REFUSED')
      ? backoffOfRefused(failuresInARow, REFUSED_RETRY_MS)
      : backoff(failuresInARow, MAX_RETRY_MS);
}

function closedError(): BugflowError {
  return new BugflowError('TUNNEL_UNREACHABLE', 'the SSH tunnel was closed');
}
