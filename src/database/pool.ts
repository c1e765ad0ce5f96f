// Not pg's own pool: that makes each connection from the same options, though secrets and the server to read may change.
import { type Connection, cut } from './connect.js';

/**
 * A few connections, lent one at a time, first come, first served. Each is made anew by `open`, which reads its files again
 * and may have to try more than once.
 */
export interface Pool {
  /** Waits for its turn, then for a connection where none is left over. @throws what `open` throws */
  acquire(): Promise<Connection>;
  /** Gives a connection back; a broken one is not lent again. */
  release(connection: Connection, broken: boolean): void;
  /** Ends what is idle and waits for what is lent. */
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly size: number;
  readonly open: () => Promise<Connection>;
  /** Told of connections that broke while idle. */
  readonly onIdleError: (error: Error) => void;
}

interface Idle {
  readonly connection: Connection;
  /** Takes it out of the idle ones. */
  readonly wake: () => void;
}

/** How long a connection is kept for the next one who wants it. */
const IDLE_MS = 10_000;

export function createPool({ size, open, onIdleError }: PoolOptions): Pool {
  const idle: Idle[] = [];
  const turns: (() => void)[] = [];
  let lent = 0;
  let closing = false;
  let onDrained: () => void = () => undefined;

  const passTurn = (): void => {
    const next = turns.shift();
    if (next) {
      next();
      return;
    }
    lent -= 1;
    if (lent === 0) onDrained();
  };

  const end = ({ client }: Connection): void => {
    // Not waited for: on a connection that is gone it would never resolve.
    client.end().catch(() => cut(client));
  };

  const keep = (connection: Connection): void => {
    const { client } = connection;
    const wake = (): void => {
      clearTimeout(timer);
      client.off('error', onError);
      idle.splice(idle.indexOf(entry), 1);
    };
    const onError = (error: Error): void => {
      wake();
      end(connection);
      onIdleError(error);
    };
    const timer = setTimeout(() => {
      wake();
      end(connection);
    }, IDLE_MS);
    const entry: Idle = { connection, wake };
    client.on('error', onError);
    idle.push(entry);
  };

  return {
    async acquire() {
      if (closing) throw new Error('the connections to the database were closed');
      if (lent === size) await new Promise<void>((resolve) => turns.push(resolve));
      else lent += 1;
      const left = idle.at(-1);
      if (left) {
        left.wake();
        return left.connection;
      }
      try {
        return await open();
      } catch (error) {
        passTurn();
        throw error;
      }
    },

    release(connection, broken) {
      if (broken || closing) end(connection);
      else keep(connection);
      passTurn();
    },

    async close() {
      closing = true;
      for (const { connection, wake } of [...idle]) {
        wake();
        end(connection);
      }
      if (lent > 0) {
        await new Promise<void>((resolve) => {
          onDrained = resolve;
        });
      }
    },
  };
}
