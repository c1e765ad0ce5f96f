import { resolve } from 'node:path';
import { z } from 'zod';
import { duration, timeout } from '../base/duration.js';
import { BugflowError } from '../base/errors.js';
import { type DatabaseAddress, readDatabaseAddress } from './database-address.js';
import { VARIABLES } from './database-parameters.js';
import { type DatabaseTls, tlsSchema, tlsSettings } from './database-tls.js';
import type { Environment } from './expand.js';
import { parseHostPort } from './host-port.js';
import { readSecretText, type Secret, secret } from './secret.js';
import { defineSection, type SectionContext } from './section.js';
import type { ServerHost } from './server-hosts.js';

const host = z.string().refine((text) => parseHostPort(text) !== undefined, {
  error: (issue) =>
    `"${String(issue.input)}" is not a server; write HOST:PORT, like db.example.org:5432 or [::1]:5432`,
});

const url = secret('url', {
  meaning:
    "PostgreSQL URL of Taiga's database, `postgres://USER:PASSWORD@HOST:PORT/NAME`, or another form that PostgreSQL's own tools take. Without it, the environment variable `TAIGA_DATABASE_URL`.",
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
  connect_timeout: timeout
    .optional()
    .describe('How long to wait for a connection; by default the `connect_timeout` of the URL, or 5 s.'),
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
    .optional()
    .describe(
      'The name of the sessions in `pg_stat_activity`; those of reports have `reports` after it; by default the `application_name` of the URL, or `taiga-bugflow`.',
    ),
  reports: reportsSchema
    .prefault({})
    .describe('Reports have connections of their own, so that collectors never wait for them.'),
});

type RawDatabase = z.output<typeof databaseSchema>;

/** From where the address is read. */
export interface AddressSource {
  /** Never shown. */
  readonly url: Secret;
  readonly tls: DatabaseTls;
  /** The folder to which paths in the URL are relative. */
  readonly base: string;
  /** libpq's variables; undefined: nothing around the URL counts. */
  readonly environment: Environment | undefined;
  /** The keys of the configuration that are given: each parameter of libpq with the key that says the same. */
  readonly keys: Readonly<Record<string, string>>;
}

export interface DatabaseConfig {
  /** The address as it was when the configuration was read. Contains the password: never shown. */
  readonly address: DatabaseAddress;
  /** From where it is read again at each connect. */
  readonly source: AddressSource;
  readonly passwordFile: string | undefined;
  /** Several servers in order of preference; undefined: the one of the address. */
  readonly hosts: readonly ServerHost[] | undefined;
  readonly maxReplicaLagMs: number;
  readonly poolSize: number;
  /** Where the address does not say it. */
  readonly connectTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly allowSuperuser: boolean;
  /** Where the address does not say it. */
  readonly applicationName: string;
  /** Follows the name. */
  readonly applicationSuffix: string;
  readonly reports: {
    /** Undefined: the servers of all readings. */
    readonly hosts: readonly ServerHost[] | undefined;
    readonly poolSize: number;
  };
}

/** How reports reach the database. */
export function forReports(config: DatabaseConfig): DatabaseConfig {
  const { hosts = config.hosts, poolSize } = config.reports;
  return { ...config, hosts, poolSize, applicationSuffix: ' reports' };
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
    const embedded = { ...raw, ...EMBEDDED, url: embeddedUrl, url_file: undefined };
    return databaseConfig(embedded, context, { isEmbedded: true });
  },
});

/** Whether a database is named, valid or not. */
export function isDatabaseNamed({ url, url_file }: RawDatabase, env: Environment): boolean {
  return Boolean(url || url_file || env.TAIGA_DATABASE_URL);
}

async function databaseConfig(
  raw: RawDatabase,
  section: SectionContext,
  { isEmbedded = false } = {},
): Promise<DatabaseConfig> {
  const { base, env, locate } = section;
  const given = url.resolve(raw, section, ['database']);
  const source: AddressSource = {
    url: given ?? { text: env.TAIGA_DATABASE_URL ?? '' },
    tls: tlsSettings(raw.tls, base),
    base,
    environment: isEmbedded ? undefined : variablesOf(env),
    keys: {
      ...(raw.connect_timeout !== undefined && { connect_timeout: 'database.connect_timeout' }),
      ...(raw.application_name !== undefined && { application_name: 'database.application_name' }),
    },
  };
  const address = await firstAddress(source, given, section);
  const several = address.hosts.length > 1 ? address.hosts : undefined;
  const named = serverHosts(raw.hosts);
  const replaced = several ? 'several hosts' : address.hosts[0]?.address && 'hostaddr';
  if (named && replaced) {
    throw new BugflowError(
      'CONFIG_INVALID',
      `database.hosts and ${replaced} in the database URL are both given; keep one`,
      { place: locate(['database', 'hosts']) },
    );
  }
  return {
    address,
    source,
    passwordFile: raw.password_file && resolve(base, raw.password_file),
    hosts: named ?? several,
    maxReplicaLagMs: raw.max_replica_lag,
    poolSize: raw.pool_size,
    connectTimeoutMs: raw.connect_timeout ?? 5000,
    lockTimeoutMs: raw.lock_timeout,
    idleTimeoutMs: raw.idle_timeout,
    allowSuperuser: raw.allow_superuser,
    applicationName: raw.application_name ?? 'taiga-bugflow',
    applicationSuffix: '',
    reports: { hosts: serverHosts(raw.reports.hosts), poolSize: raw.reports.pool_size },
  };
}

function variablesOf(env: Environment): Environment {
  return Object.fromEntries(VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

function serverHosts(hosts: readonly string[] | undefined): readonly ServerHost[] | undefined {
  return hosts?.map(parseHostPort).filter((known) => known !== undefined);
}

/** The address when the configuration is read: an error names the key and its line. */
async function firstAddress(
  source: AddressSource,
  given: Secret | undefined,
  { locate }: SectionContext,
): Promise<DatabaseAddress> {
  const text = await urlTextOf(source.url);
  if (given && 'file' in given && text.trim() === '') {
    throw new BugflowError(
      'CONFIG_INVALID',
      `database.url_file: ${given.file} is empty; write postgres://USER:PASSWORD@HOST:5432/NAME into it`,
      { place: locate(['database', 'url_file']) },
    );
  }
  if (text === '') {
    throw new BugflowError(
      'CONFIG_INVALID',
      'no database is configured; set TAIGA_DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/taiga or database.url in the configuration file',
      { place: locate(['database']) },
    );
  }
  const key = given && ('file' in given ? 'url_file' : 'url');
  return readDatabaseAddress(text, {
    ...source,
    name: key ? `database.${key}` : 'TAIGA_DATABASE_URL',
    placeOf: (said) => (said === undefined ? key && locate(['database', key]) : locate(said.split('.'))),
  });
}

/** The current address, read again from its files. @throws BugflowError naming the file that is wrong */
export async function readAddress({ source }: DatabaseConfig): Promise<DatabaseAddress> {
  const { url } = source;
  return readDatabaseAddress(await urlTextOf(url), {
    ...source,
    name: 'the database URL',
    placeOf: () => ('file' in url ? { file: url.file } : undefined),
  });
}

/** The parameters may be on several lines. */
async function urlTextOf(url: Secret): Promise<string> {
  return 'file' in url ? readSecretText(url.file) : url.text;
}
