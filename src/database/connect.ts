import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { asDatabaseAbsent, hasCode } from '../base/errors.js';
import { type DatabaseConfig, readAddress, type ServerHost } from '../config/database-section.js';
import type { DatabaseAddress } from '../config/database-url.js';
import { readSecret } from '../config/secret.js';
import { type DatabaseTarget, describeAddress, explainDatabaseError } from './explain-error.js';
import { explainTlsError, isTlsMissing, readTlsOptions, type Transport, transportsFor } from './tls.js';

/** A session with the server. */
export interface Connection {
  readonly client: pg.Client;
  /** The server, the user and the database. */
  readonly target: DatabaseTarget;
}

/** Makes the stream that a connection uses in place of a TCP socket. */
export type StreamFactory = () => Duplex;

export interface ConnectOptions {
  readonly stream?: StreamFactory | undefined;
  /** Replaces the host of the URL. */
  readonly server?: ServerHost | undefined;
}

/**
 * Connects and logs in. Files (password, certificates) are read again each time, so rotating them needs no restart.
 * @throws BugflowError
 */
export async function connect(config: DatabaseConfig, options: ConnectOptions): Promise<Connection> {
  try {
    return await logIn(config, options);
  } catch (error) {
    // A broken file, here or on the way through SSH, counts as an absent database: the caller did nothing wrong.
    throw hasCode(error, 'CONFIG_UNREADABLE', 'CONFIG_INVALID') ? asDatabaseAbsent(error) : error;
  }
}

async function logIn(config: DatabaseConfig, { stream, server }: ConnectOptions): Promise<Connection> {
  const { url, tls } = await readAddress(config);
  if (server) {
    url.searchParams.set('host', server.host);
    url.searchParams.set('port', String(server.port));
  }
  const target = describeAddress(url);
  if (config.passwordFile !== undefined) {
    const password = await readSecret(config.passwordFile);
    // As a parameter: pg prefers the password before the @, even an empty one. An empty file, which containers get where
    // there is no secret, leaves the password in the URL.
    if (password !== '') url.searchParams.set('password', password);
  }
  const isUnixSocket = target.host.startsWith('/');
  let failure: unknown;
  for (const transport of transportsFor(tls, isUnixSocket)) {
    const ssl = transport === 'tls' ? await readTlsOptions(tls, target.host) : false;
    try {
      return { client: await open(url, ssl, config, stream), target };
    } catch (error) {
      const explained =
        (ssl && explainTlsError(error, target.where, tls)) || explainDatabaseError(error, target);
      failure = betterReason(failure, explained, transport);
      if (!allowsOtherTransport(explained)) break;
    }
  }
  throw failure;
}

/** True when TLS fails, or pg_hba.conf does not allow this transport; a wrong password is not sent twice. */
function allowsOtherTransport(error: unknown): boolean {
  return hasCode(error, 'DATABASE_TLS') || isRefusedByHba(error);
}

/** Of two refusals, the one of the transport that got further. */
function betterReason(first: unknown, second: unknown, secondBy: Transport): unknown {
  if (first === undefined) return second;
  const [encrypted, plain] = secondBy === 'tls' ? [second, first] : [first, second];
  if (isTlsMissing(encrypted)) return plain;
  // A refusal by pg_hba.conf without TLS says only that TLS is required.
  return hasCode(encrypted, 'DATABASE_TLS') && !isRefusedByHba(plain) ? plain : encrypted;
}

function isRefusedByHba(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof pg.DatabaseError && error.cause.code === '28000';
}

async function open(
  url: DatabaseAddress['url'],
  ssl: ConnectionOptions | false,
  config: DatabaseConfig,
  stream: StreamFactory | undefined,
): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url.href,
    ssl,
    connectionTimeoutMillis: config.connectTimeoutMs,
    application_name: config.applicationName,
    // A second safeguard beside READ ONLY transactions; and a timeout set for the role cannot end them before they begin.
    options: '-c default_transaction_read_only=on -c statement_timeout=0',
    keepAlive: true,
    ...(stream === undefined ? {} : { stream }),
  });
  // Without a listener, an error after the end would crash the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    // pg may notice the end before the reason for it.
    const reason = isUnexplainedEnd(error) ? streamOf(client)?.errored : undefined;
    cut(client);
    throw reason ?? error;
  }
}

function isUnexplainedEnd(error: unknown): boolean {
  return error instanceof Error && error.message === 'Connection terminated unexpectedly';
}

/** Closes a connection at once. */
export function cut(client: pg.Client, error?: Error): void {
  streamOf(client)?.destroy(error);
}

/** pg has no public way to drop a peer that does not answer, so this takes its socket. */
function streamOf(client: pg.Client): Duplex | undefined {
  return (client as unknown as { connection?: { stream?: Duplex } }).connection?.stream;
}
