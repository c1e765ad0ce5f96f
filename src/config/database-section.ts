import { resolve } from 'node:path';
import { z } from 'zod';
import { duration, timeout } from '../base/duration.js';
import { BugflowError } from '../base/errors.js';
import { type DatabaseTls, tlsSchema, tlsSettings } from './database-tls.js';
import { type DatabaseAddress, parseDatabaseUrl } from './database-url.js';
import type { Environment } from './expand.js';
import { parseHostPort } from './host-port.js';
import { readSecret, revealSecret, type Secret, secret } from './secret.js';
import { defineSection, type SectionContext } from './section.js';

const host = z.string().refine((text) => parseHostPort(text) !== undefined, {
  error: (issue) =>
    `"${String(issue.input)}" is not a server; write HOST:PORT, like db.example.org:5432 or [::1]:5432`,
});

const url = secret('url', {
  meaning:
    "PostgreSQL URL of Taiga's database, `postgres://USER:PASSWORD@HOST:PORT/NAME`. Without it, the environment variable `TAIGA_DATABASE_URL`.",
  fileMeaning: 'File that holds the URL, instead of `url`; read again at each connect, like `password_file`.',
});

const reportsSchema = z.strictObject({
  hosts: z
    .array(host)
    .min(1)
    .optional()
    .describe(
      'Servers that reports read from, in order of preference, such as a replica that nothing else uses; default: those of all readings.',
    ),
  pool_size: z.number().int().positive().max(20).default(2).describe('Connections of reports at most.'),
});

const databaseSchema = z.strictObject({
  ...url.keys,
  password_file: z
    .string()
    .optional()
    .describe(
      'File that holds only the password; read again at each connect, so that a rotated password needs no restart. If it is empty, the password in the URL is used.',
    ),
  tls: tlsSchema
    .prefault({})
    .describe('Encryption; the same can stand in the URL: `sslmode`, `sslrootcert`, `sslcert`, `sslkey`.'),
  hosts: z
    .array(host)
    .min(1)
    .optional()
    .describe(
      "Servers of the same database in order of preference, `HOST:PORT` each, instead of the URL's own: a primary and its replicas.",
    ),
  max_replica_lag: duration.prefault('5m').describe('A replica that lags more than this is not used.'),
  pool_size: z.number().int().positive().max(20).default(3).describe('Connections at most.'),
  connect_timeout: timeout.prefault('5s').describe('How long to wait for a connection.'),
  lock_timeout: timeout
    .prefault('2s')
    .describe("PostgreSQL's `lock_timeout`: a collector gives up rather than queue behind a migration."),
  idle_timeout: timeout.prefault('30s').describe("PostgreSQL's `idle_in_transaction_session_timeout`."),
  allow_superuser: z
    .boolean()
    .default(false)
    .describe(
      'Whether your own collectors run even if the role could read files of the database server, as superusers can.',
    ),
  application_name: z
    .string()
    .default('taiga-bugflow')
    .describe('The name of the sessions in `pg_stat_activity`; those of reports have `reports` after it.'),
  reports: reportsSchema
    .prefault({})
    .describe('Reports have connections of their own, so that collectors never wait for them.'),
});

type RawDatabase = z.output<typeof databaseSchema>;

/** A server, by name or address; IPv6 addresses without brackets. */
export interface ServerHost {
  readonly host: string;
  readonly port: number;
}

export interface DatabaseConfig {
  /** The URL as it was when the configuration was read. May contain the password: never shown. */
  readonly url: string;
  /** The file with the URL, which is read again at each connect. */
  readonly urlFile: string | undefined;
  readonly passwordFile: string | undefined;
  /** Replace the URL's host, in order of preference. */
  readonly hosts: readonly ServerHost[] | undefined;
  readonly maxReplicaLagMs: number;
  readonly tls: DatabaseTls;
  /** The folder to which paths in the URL are relative. */
  readonly base: string;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly allowSuperuser: boolean;
  readonly applicationName: string;
  readonly reports: {
    /** Undefined: the servers of all readings. */
    readonly hosts: readonly ServerHost[] | undefined;
    readonly poolSize: number;
  };
}

/** How reports reach the database. */
export function forReports(config: DatabaseConfig): DatabaseConfig {
  const { hosts = config.hosts, poolSize } = config.reports;
  return { ...config, hosts, poolSize, applicationName: `${config.applicationName} reports` };
}

/** An embedded database has one session for all, so connecting may have to wait for a long transaction. */
const EMBEDDED = { allow_superuser: true, connect_timeout: 120_000 } as const;

export const databaseSection = defineSection({
  key: 'database',
  name: 'database',
  schema: databaseSchema.prefault({}).describe("Where Taiga's database is."),
  resolve(raw, context) {
    const { env, embeddedUrl } = context;
    if (embeddedUrl === undefined || isDatabaseNamed(raw, env)) return databaseConfig(raw, context);
    return databaseConfig({ ...raw, ...EMBEDDED, url: embeddedUrl, url_file: undefined }, context);
  },
});

/** Whether a database is named, valid or not. */
export function isDatabaseNamed({ url, url_file }: RawDatabase, env: Environment): boolean {
  return Boolean(url || url_file || env.TAIGA_DATABASE_URL);
}

async function databaseConfig(raw: RawDatabase, section: SectionContext): Promise<DatabaseConfig> {
  const { base } = section;
  const tls = tlsSettings(raw.tls, base);
  const given = url.resolve(raw, section, ['database']);
  return {
    url: await databaseUrl(given, tls, section),
    urlFile: given && 'file' in given ? given.file : undefined,
    passwordFile: raw.password_file && resolve(base, raw.password_file),
    hosts: serverHosts(raw.hosts),
    maxReplicaLagMs: raw.max_replica_lag,
    tls,
    base,
    poolSize: raw.pool_size,
    connectTimeoutMs: raw.connect_timeout,
    lockTimeoutMs: raw.lock_timeout,
    idleTimeoutMs: raw.idle_timeout,
    allowSuperuser: raw.allow_superuser,
    applicationName: raw.application_name,
    reports: { hosts: serverHosts(raw.reports.hosts), poolSize: raw.reports.pool_size },
  };
}

function serverHosts(hosts: readonly string[] | undefined): readonly ServerHost[] | undefined {
  return hosts?.map(parseHostPort).filter((known) => known !== undefined);
}

/** The URL from the configuration, from a file it names, or from the environment; checked, never quoted. */
async function databaseUrl(
  given: Secret | undefined,
  tls: DatabaseTls,
  { base, env, locate }: SectionContext,
): Promise<string> {
  const address = given === undefined ? env.TAIGA_DATABASE_URL : await revealSecret(given);
  if (!address) {
    throw new BugflowError(
      'CONFIG_INVALID',
      'no database is configured; set TAIGA_DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/taiga or database.url in the configuration file',
      { place: locate(['database']) },
    );
  }
  const key = given && ('file' in given ? 'url_file' : 'url');
  parseDatabaseUrl(address, {
    ...{ tls, base },
    name: key ? `database.${key}` : 'TAIGA_DATABASE_URL',
    placeOf: (tlsKey) =>
      tlsKey === undefined ? key && locate(['database', key]) : locate(['database', 'tls', tlsKey]),
  });
  return address;
}

/** The current address, read again from its files. @throws BugflowError naming the file that is wrong */
export async function readAddress({ url, urlFile, tls, base }: DatabaseConfig): Promise<DatabaseAddress> {
  return parseDatabaseUrl(urlFile === undefined ? url : await readSecret(urlFile), {
    ...{ tls, base },
    name: 'the database URL',
    placeOf: () => (urlFile === undefined ? undefined : { file: urlFile }),
  });
}
