import pg from 'pg';
import { BugflowError, messageOf } from '../base/errors.js';
import { NETWORK_ERRORS } from '../base/network-errors.js';
import type { DatabaseAddress } from '../config/database-address.js';
import type { DatabaseConfig } from '../config/database-section.js';
import { formatHostPort } from '../config/host-port.js';

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is PostgreSQL running, and is the port right?',
  ...NETWORK_ERRORS,
};

/** The same for a Unix socket. */
const NO_SOCKET: Readonly<Record<string, string>> = {
  ENOENT:
    'there is no such socket; is PostgreSQL running, and is this the folder in its unix_socket_directories?',
  ENOTDIR: 'this is no folder; name the one that the socket is in, without its name',
  EACCES: 'this user may not use the socket; see unix_socket_permissions of PostgreSQL',
};

/** Explains in one line, with the fix, what went wrong on the way to the database or in it. Never shows the password. */
export function explainDatabaseError(error: unknown, target: DatabaseTarget): unknown {
  if (error instanceof BugflowError) return error;
  const code = codeOf(error);
  const message = messageOf(error);
  if (error instanceof pg.DatabaseError) return explainServerError(error, target);
  const reason =
    code === undefined
      ? undefined
      : (UNREACHABLE[code] ?? (target.where.startsWith('/') ? NO_SOCKET[code] : undefined));
  if (reason !== undefined) {
    return new BugflowError(
      'DATABASE_UNREACHABLE',
      `cannot reach the database at ${target.where}${target.origins}: ${reason}`,
      { cause: error },
    );
  }
  if (/timeout|terminated|Connection ended|connection error|not queryable/i.test(message)) {
    return new BugflowError(
      'DATABASE_UNREACHABLE',
      `cannot reach the database at ${target.where}${target.origins}: ${message}`,
      { cause: error },
    );
  }
  // pg's own check: there is no password, or the server cannot prove that it knows it.
  if (message.startsWith('SASL: ')) {
    return new BugflowError(
      'DATABASE_LOGIN_REFUSED',
      `cannot log in to the database at ${target.where} as "${target.user}": ${message.slice(6)}; check the password in the database URL or its file`,
      { cause: error },
    );
  }
  return error;
}

function explainServerError(error: pg.DatabaseError, target: DatabaseTarget): unknown {
  const { code = '', message } = error;
  switch (code) {
    case '28P01':
    case '28000':
      return new BugflowError(
        'DATABASE_LOGIN_REFUSED',
        `the database at ${target.where} refuses user "${target.user}": ${message}; check ${target.credentials} and pg_hba.conf`,
        { cause: error },
      );
    case '08P01':
      if (!/startup parameter/.test(message)) return error;
      return new BugflowError(
        'DATABASE_LOGIN_REFUSED',
        `the pooler at ${target.where} does not accept the session's options: ${message}; set ignore_startup_parameters = options in pgbouncer.ini`,
        { cause: error },
      );
    case '3D000':
      return new BugflowError(
        'DATABASE_MISSING',
        `there is no database "${target.database}" at ${target.where}${target.origins}; check the name at the end of the database URL`,
        { cause: error },
      );
    case '42501': {
      const table = /(?:table|relation|view|sequence) "?([\w.]+)"?/.exec(message)?.[1];
      // The message never suggests granting more than the right to read tables.
      const fix = table
        ? `fix it with: GRANT SELECT ON ${table} TO ${quoteIdentifier(target.user)};`
        : 'a role that only reads tables, as in docs/database.md, must not have this right';
      return new BugflowError('DATABASE_PERMISSION', `${message}; ${fix}`, { cause: error });
    }
    case '57014':
      return new BugflowError(
        'COLLECTOR_TIMEOUT',
        `the statement was cancelled: ${message}; make the SQL faster or raise its timeout`,
        { cause: error },
      );
    case '40001':
      return new BugflowError(
        'DATABASE_REPLICA_CONFLICT',
        `the replica at ${target.where} cancelled the statement: ${message}; the next run tries again; if it happens often, set hot_standby_feedback = on there`,
        { cause: error },
      );
    case '55P03':
      return new BugflowError(
        'COLLECTOR_TIMEOUT',
        `a table is locked: ${message}; the next run tries again`,
        { cause: error },
      );
    case '53300':
    case '57P01':
    case '57P02':
    case '57P03':
    case '57P05':
      return new BugflowError(
        'DATABASE_UNREACHABLE',
        `the database at ${target.where} takes no queries now: ${message}`,
        { cause: error },
      );
    default:
      return error;
  }
}

/** PostgreSQL's error about SQL that it does not accept, or that failed on a row. */
export interface SqlMistake {
  readonly message: string;
  readonly hint: string | undefined;
  /** The position in the query's text, in characters from 1. */
  readonly position: number | undefined;
}

/** Undefined for an error about the server, the role or a timeout: for those see {@link explainDatabaseError}. */
export function sqlMistakeOf(error: unknown): SqlMistake | undefined {
  if (!(error instanceof pg.DatabaseError) || explainServerError(error, NOWHERE) !== error) return undefined;
  const position = Number(error.position);
  return {
    message: error.message,
    hint: error.hint || undefined,
    position: Number.isInteger(position) && position > 0 ? position : undefined,
  };
}

/** Server, user and database, for messages; without the password. */
export interface DatabaseTarget {
  /** `HOST:PORT`, or the path of a Unix socket. */
  readonly where: string;
  readonly user: string;
  readonly database: string;
  /** Who said what the URL does not, as `(port from PGPORT)` after a blank; empty when the URL says all. */
  readonly origins: string;
  /** What to check where the login is refused: who said the user and the password. */
  readonly credentials: string;
}

const NOWHERE: DatabaseTarget = { where: '', user: '', database: '', origins: '', credentials: '' };

/** The target as it was when the configuration was read. */
export function describeTarget({
  address,
  hosts,
}: Pick<DatabaseConfig, 'address' | 'hosts'>): DatabaseTarget {
  const { where, ...others } = describeAddress(address);
  return { where: hosts ? hosts.map(formatHostPort).join(', ') : where, ...others };
}

/** One server of an address, by default the first. */
export function describeAddress(address: DatabaseAddress, server = address.hosts[0]): DatabaseTarget {
  const { user, database, origins, passwordFrom } = address;
  const isAllInUrl =
    passwordFrom === 'the database URL' && !origins.some((origin) => origin.startsWith('user'));
  return {
    where: server ? formatHostPort(server) : '',
    ...{ user, database },
    origins: origins.length === 0 ? '' : ` (${origins.join(', ')})`,
    credentials: isAllInUrl
      ? 'user and password in the database URL'
      : `the user${originOf('user', origins)} and the password from ${passwordFrom}`,
  };
}

function originOf(parameter: string, origins: readonly string[]): string {
  return (
    origins.find((origin) => origin.startsWith(`${parameter} `))?.slice(parameter.length) ??
    ' in the database URL'
  );
}

function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
