import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

export interface EmbeddedPostgres {
  /** Direct access, to fill it before anybody connects; later connect by `listen()` like every client. */
  readonly database: PGlite;
  /** Accepts clients, by default on loopback and a free port, and returns the URL for this machine. */
  listen(address?: ListenAddress): Promise<string>;
  close(): Promise<void>;
}

export interface ListenAddress {
  readonly host: string;
  /** 0: a free port. */
  readonly port: number;
}

export interface EmbeddedOptions {
  /** The folder on disk, created if it does not exist; in memory when absent. */
  readonly folder?: string | undefined;
  /** The result of another PGlite's `dumpDataDir`: faster than to set up an empty one. */
  readonly dataDir?: Blob | undefined;
}

/** More than any pool here uses; the socket server rejects further clients in plain text. */
const maxConnections = 32;

/**
 * PGlite has one single session, and the socket server passes it the messages of all clients in turn. It keeps the turn
 * with a client whose transaction is open. This class also keeps it until a batch of the extended protocol (Parse, Bind,
 * Execute … Sync) has ended: when a batch arrives in pieces, no other client's unnamed statement or portal may come in
 * between.
 */
class SharedSession extends PGlite {
  #insideBatch = false;

  override isInTransaction(): boolean {
    return this.#insideBatch || super.isInTransaction();
  }

  override async execProtocolRawStream(
    ...[message, options]: Parameters<PGlite['execProtocolRawStream']>
  ): Promise<void> {
    this.#insideBatch = batchMessages.has(message[0] ?? 0);
    await super.execProtocolRawStream(message, options);
  }
}

/** Parse, Bind, Describe, Execute, Close, Flush: ReadyForQuery follows none of them before Sync. */
const batchMessages: ReadonlySet<number> = new Set([...'PBDECH'].map((letter) => letter.charCodeAt(0)));

/**
 * PostgreSQL in this process. It differs from a real server: all clients share settings and prepared statements; the
 * parameters at the start of a connection (`options`, `statement_timeout`, `application_name`) are ignored; no statement
 * can be interrupted, neither by a timeout nor by a cancel request; and while a statement runs, nothing else in its
 * thread does.
 */
export async function startEmbeddedPostgres({
  folder,
  dataDir,
}: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  // A small buffer pool is enough for little data and one session, and saves memory of this process.
  const database = new SharedSession({
    postgresqlconf: ['shared_buffers = 16MB'],
    ...(folder !== undefined && { dataDir: folder }),
    ...(dataDir && { loadDataDir: dataDir }),
  });
  await database.waitReady;
  let server: PGLiteSocketServer | undefined;
  return {
    database,
    async listen({ host, port } = { host: '127.0.0.1', port: 0 }) {
      server = new PGLiteSocketServer({ db: database, host, port, maxConnections });
      await server.start();
      const name = isEveryAddress(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
      return `postgres://postgres@${name}:${portOf(server)}/postgres`;
    },
    async close() {
      await server?.stop();
      await database.close();
    },
  };
}

const isEveryAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** The port that was assigned. */
const portOf = (server: PGLiteSocketServer): string => /\d+$/.exec(server.getServerConn())?.[0] ?? '';
