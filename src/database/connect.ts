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
  /** With whom, as whom. */
  readonly target: DatabaseTarget;
}

/** Makes what a connection uses instead of a TCP socket of its own. */
export type StreamFactory = () => Duplex;

export interface ConnectOptions {
  readonly stream?: StreamFactory | undefined;
  /** Instead of the URL's own. */
  readonly server?: ServerHost | undefined;
}

/**
 * Connects and logs in. Whatever is in files – password, certificates – is read now: what was rotated needs no restart.
 * @throws BugflowError
 */
export async function connect(config: DatabaseConfig, options: ConnectOptions): Promise<Connection> {
  try {
    return await logIn(config, options);
  } catch (error) {
    // A file that is read now may be broken, here or on the way through SSH: no fault of whoever wants to ask.
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
    // As a parameter: pg takes the place before the @ for the better one, even where that is empty. An empty file, as a
    // container is given where there is no secret, leaves the URL's own.
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

/** Where TLS cannot be agreed on, or pg_hba.conf lets nobody in this way; a wrong password is not sent twice. */
function allowsOtherTransport(error: unknown): boolean {
  return hasCode(error, 'DATABASE_TLS') || isRefusedByHba(error);
}

/** Of two refusals the one of the way that came further. */
function betterReason(first: unknown, second: unknown, secondBy: Transport): unknown {
  if (first === undefined) return second;
  const [encrypted, plain] = secondBy === 'tls' ? [second, first] : [first, second];
  if (isTlsMissing(encrypted)) return plain;
  // What pg_hba.conf wants encrypted says nothing but that without TLS.
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
    // A second lock beside the READ ONLY transactions; and no timeout of the role's can end these before they begin.
    options: '-c default_transaction_read_only=on -c statement_timeout=0',
    keepAlive: true,
    ...(stream === undefined ? {} : { stream }),
  });
  // What comes after the end, when nobody else listens, is no news.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    // pg can hear of the end before it hears of the reason.
    const reason = isUnexplainedEnd(error) ? streamOf(client)?.errored : undefined;
    cut(client);
    throw reason ?? error;
  }
}

function isUnexplainedEnd(error: unknown): boolean {
  return error instanceof Error && error.message === 'Connection terminated unexpectedly';
}

/** Cuts a connection at once. */
export function cut(client: pg.Client, error?: Error): void {
  streamOf(client)?.destroy(error);
}

/** pg has no public handle on a peer that does not answer but its socket. */
function streamOf(client: pg.Client): Duplex | undefined {
  return (client as unknown as { connection?: { stream?: Duplex } }).connection?.stream;
}
