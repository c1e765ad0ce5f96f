import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

export interface EmbeddedPostgres {
  /** The database itself, for filling it before anybody connects; later, connect by `listen()` like everybody else. */
  readonly database: PGlite;
  /** Lets clients in, on loopback and a free port by default, and returns the URL for those on this machine. */
  listen(address?: ListenAddress): Promise<string>;
  close(): Promise<void>;
}

export interface ListenAddress {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

export interface EmbeddedOptions {
  /** Where it lives on disk, made if it is not there; in memory when absent. */
  readonly folder?: string | undefined;
  /** What PGlite's `dumpDataDir` gave of another one: quicker than to set up an empty one. */
  readonly dataDir?: Blob | undefined;
}

/** More than any pool here asks for; beyond it the socket server turns clients away in plain text. */
const maxConnections = 32;

/**
 * PGlite is one single session, and the socket server hands it the messages of all its clients in turn. It keeps
 * the turn with a client whose transaction is open; this class keeps it as well until a batch of the extended
 * protocol (Parse, Bind, Execute … Sync) has ended, so that no other client's unnamed statement or portal gets in
 * between when a batch arrives in pieces.
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

/** Parse, Bind, Describe, Execute, Close, Flush: nothing is answered with ReadyForQuery before Sync comes. */
const batchMessages: ReadonlySet<number> = new Set([...'PBDECH'].map((letter) => letter.charCodeAt(0)));

/**
 * PostgreSQL in this process. To its clients it differs from a server in this: settings and prepared statements are
 * shared by all of them; what a connection asks for at its start (`options`, `statement_timeout`, the name of the
 * application) is ignored; no statement is ever cut short, be it by a timeout or by a request to cancel; and while a
 * statement runs, nothing else in the process does.
 */
export async function startEmbeddedPostgres({
  folder,
  dataDir,
}: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  // Little data and one session: a small buffer pool does, and it is memory of this process.
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

/** The one that was given to it, where it was free to choose. */
const portOf = (server: PGLiteSocketServer): string => /\d+$/.exec(server.getServerConn())?.[0] ?? '';
