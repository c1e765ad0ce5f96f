// pg's own pool makes each connection from the same options; here secrets and the server may change between connections.
import { type Connection, cut } from './connect.js';

/**
 * A few connections, lent to one caller at a time in the order of their requests. `open` makes each one: it reads its
 * files again and may need several attempts.
 */
export interface Pool {
  /** Waits for a free place, and opens a connection when none is idle. @throws what `open` throws */
  acquire(): Promise<Connection>;
  /** Returns a connection; a broken one is not used again. */
  release(connection: Connection, broken: boolean): void;
  /** Closes idle connections and waits for the lent ones. */
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly size: number;
  readonly open: () => Promise<Connection>;
  /** Called with errors of idle connections. */
  readonly onIdleError: (error: Error) => void;
}

interface Idle {
  readonly connection: Connection;
  /** Removes it from the idle connections. */
  readonly wake: () => void;
}

/** How long an unused connection is kept open. */
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
    // Not awaited: on a dead connection it would never resolve.
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
