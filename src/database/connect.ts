import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { asDatabaseAbsent, BugflowError, hasCode } from '../base/errors.js';
import type { DatabaseAddress } from '../config/database-address.js';
import { type DatabaseConfig, readAddress } from '../config/database-section.js';
import { readSecret } from '../config/secret.js';
import type { ServerHost } from '../config/server-hosts.js';
import { type DatabaseTarget, describeAddress, explainDatabaseError } from './explain-error.js';
import { createLogin, type Login } from './login.js';
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
  /** The server; by default the first of the address. */
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

async function logIn(
  config: DatabaseConfig,
  { stream, server: chosen }: ConnectOptions,
): Promise<Connection> {
  const address = await readAddress(config);
  const server = chosen ?? address.hosts[0];
  if (!server) throw new Error('unreachable: an address has a host');
  const secret = config.passwordFile === undefined ? '' : await readSecret(config.passwordFile);
  // An empty file, which containers get where there is no secret, leaves the password in the URL.
  const known =
    secret === '' ? address : { ...address, password: secret, passwordFrom: 'database.password_file' };
  const target = describeAddress(known, server);
  const isUnixSocket = server.host.startsWith('/');
  let failure: unknown;
  for (const transport of transportsFor(address, isUnixSocket)) {
    const ssl = transport === 'tls' ? await readTlsOptions(address.tls, server.host) : false;
    const login = createLogin({ address: known, server, target });
    try {
      return { client: await open({ address, server, ssl, login, config, stream }), target };
    } catch (error) {
      const file = login.passwordsFile();
      const tried = file === undefined ? target : describeAddress({ ...known, passwordFrom: file }, server);
      const explained =
        (ssl && explainTlsError(error, target.where + target.origins, address)) ||
        explainOptionsError(error, address, target) ||
        explainDatabaseError(error, tried);
      failure = betterReason(failure, explained, transport);
      if (!allowsOtherTransport(explained)) break;
    }
  }
  throw failure;
}

/** PostgreSQL's codes for a setting that it does not know, or not with this value, and for options that are none. */
const OPTION_ERRORS = new Set(['42704', '22023', '42601', '55P02', '42501']);

function explainOptionsError(
  error: unknown,
  { options }: DatabaseAddress,
  { where }: DatabaseTarget,
): unknown {
  if (options === undefined || !(error instanceof pg.DatabaseError)) return undefined;
  if (!OPTION_ERRORS.has(error.code ?? '')) return undefined;
  return new BugflowError(
    'DATABASE_LOGIN_REFUSED',
    `the database at ${where} does not take the session's options: ${error.message}; check options in the database URL or PGOPTIONS`,
    { cause: error },
  );
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

interface OpenOptions {
  readonly address: DatabaseAddress;
  readonly server: ServerHost;
  readonly ssl: ConnectionOptions | false;
  readonly login: Login;
  readonly config: DatabaseConfig;
  readonly stream: StreamFactory | undefined;
}

/** A second safeguard beside READ ONLY transactions; and a timeout set for the role cannot end them before they begin. */
const PROTECTION = '-c default_transaction_read_only=on -c statement_timeout=0';

async function open({ address, server, ssl, login, config, stream }: OpenOptions): Promise<pg.Client> {
  const { options, user, database } = address;
  // All is said here, as pg would look into its own environment variables for the rest.
  const client = new pg.Client({
    host: server.address ?? server.host,
    port: server.port,
    ...{ user, database, ssl },
    password: login.password,
    enableChannelBinding: address.needsChannelBinding,
    client_encoding: 'UTF8',
    connectionTimeoutMillis: address.connectTimeoutMs ?? config.connectTimeoutMs,
    application_name: (address.applicationName ?? config.applicationName) + config.applicationSuffix,
    // The last of two settings counts.
    options: options === undefined ? PROTECTION : `${options} ${PROTECTION}`,
    keepAlive: true,
    ...(stream === undefined ? {} : { stream }),
  });
  login.watch(client);
  // Without a listener, an error after the end would crash the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    login.check();
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
