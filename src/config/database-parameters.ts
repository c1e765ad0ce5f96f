/** A parameter of libpq, or one that somebody may take for one. */
export interface Parameter {
  /** Its environment variable. */
  readonly variable?: string;
  /** Absent: it is heeded. Else only these values are taken, as they change nothing. */
  readonly only?: readonly string[];
  /** What to do instead. */
  readonly instead?: string;
}

const ABSENT: readonly string[] = [];
const NO_KERBEROS = 'Kerberos is not supported';
const NODE_TLS = "use Node.js's own option";
const NO_OTHER_LOGIN = 'leave it out';
const KEEP_ALIVE = "set it in the system's own TCP settings, or leave it out";
const TIMEOUT = 'a collector has its own timeout';

/** Each of them is heeded, or refused by its name: never passed over. */
export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  host: { variable: 'PGHOST' },
  hostaddr: { variable: 'PGHOSTADDR' },
  port: { variable: 'PGPORT' },
  dbname: { variable: 'PGDATABASE' },
  user: { variable: 'PGUSER' },
  password: { variable: 'PGPASSWORD' },
  passfile: { variable: 'PGPASSFILE' },
  service: { variable: 'PGSERVICE' },
  servicefile: { variable: 'PGSERVICEFILE' },
  sslmode: { variable: 'PGSSLMODE' },
  sslrootcert: { variable: 'PGSSLROOTCERT' },
  sslcert: { variable: 'PGSSLCERT' },
  sslkey: { variable: 'PGSSLKEY' },
  channel_binding: { variable: 'PGCHANNELBINDING' },
  connect_timeout: { variable: 'PGCONNECT_TIMEOUT' },
  application_name: { variable: 'PGAPPNAME' },
  fallback_application_name: {},
  options: { variable: 'PGOPTIONS' },

  ssl: { only: ABSENT, instead: 'write sslmode' },
  requiressl: { variable: 'PGREQUIRESSL', only: ['0'], instead: 'write sslmode=require' },
  sslnegotiation: { variable: 'PGSSLNEGOTIATION', only: ['postgres'], instead: 'leave it out' },
  sslcompression: { variable: 'PGSSLCOMPRESSION', only: ['0'], instead: 'leave it out' },
  sslcertmode: {
    variable: 'PGSSLCERTMODE',
    only: ['allow'],
    instead: 'leave sslcert and sslkey out, or set them',
  },
  sslsni: { variable: 'PGSSLSNI', only: ['1'], instead: 'leave it out' },
  sslpassword: { only: ABSENT, instead: 'the key must have no passphrase' },
  sslcrl: { variable: 'PGSSLCRL', only: ABSENT, instead: 'use a CA of its own with sslrootcert' },
  sslcrldir: { variable: 'PGSSLCRLDIR', only: ABSENT, instead: 'use a CA of its own with sslrootcert' },
  sslkeylogfile: { only: ABSENT, instead: 'leave it out' },
  ssl_min_protocol_version: {
    variable: 'PGSSLMINPROTOCOLVERSION',
    only: ['TLSv1.2'],
    instead: `${NODE_TLS} --tls-min-v1.3`,
  },
  ssl_max_protocol_version: {
    variable: 'PGSSLMAXPROTOCOLVERSION',
    only: ['TLSv1.3'],
    instead: `${NODE_TLS} --tls-max-v1.2`,
  },
  min_protocol_version: { variable: 'PGMINPROTOCOLVERSION', only: ['3.0'], instead: 'leave it out' },
  max_protocol_version: { variable: 'PGMAXPROTOCOLVERSION', only: ['3.0'], instead: 'leave it out' },
  target_session_attrs: {
    variable: 'PGTARGETSESSIONATTRS',
    only: ['any'],
    instead: 'list the servers that you want under database.hosts',
  },
  load_balance_hosts: {
    variable: 'PGLOADBALANCEHOSTS',
    only: ['disable'],
    instead: 'the first server that works is read',
  },
  gssencmode: { variable: 'PGGSSENCMODE', only: ['disable', 'prefer'], instead: NO_KERBEROS },
  krbsrvname: { only: ABSENT, instead: NO_KERBEROS },
  gsslib: { only: ABSENT, instead: NO_KERBEROS },
  gssdelegation: { only: ['0'], instead: NO_KERBEROS },
  require_auth: { variable: 'PGREQUIREAUTH', only: ABSENT, instead: 'use sslmode=verify-full' },
  requirepeer: { variable: 'PGREQUIREPEER', only: ABSENT, instead: NO_OTHER_LOGIN },
  scram_client_key: { only: ABSENT, instead: NO_OTHER_LOGIN },
  scram_server_key: { only: ABSENT, instead: NO_OTHER_LOGIN },
  oauth_issuer: { only: ABSENT, instead: NO_OTHER_LOGIN },
  oauth_client_id: { only: ABSENT, instead: NO_OTHER_LOGIN },
  oauth_client_secret: { only: ABSENT, instead: NO_OTHER_LOGIN },
  oauth_scope: { only: ABSENT, instead: NO_OTHER_LOGIN },
  keepalives: { only: ['1'], instead: 'they are always on' },
  keepalives_idle: { only: ABSENT, instead: KEEP_ALIVE },
  keepalives_interval: { only: ABSENT, instead: KEEP_ALIVE },
  keepalives_count: { only: ABSENT, instead: KEEP_ALIVE },
  tcp_user_timeout: { only: ABSENT, instead: KEEP_ALIVE },
  client_encoding: { only: ['UTF8', 'UTF-8', 'utf8', 'utf-8', 'auto'], instead: 'it is always UTF8' },
  replication: { only: ['false', 'off', 'no', '0'], instead: 'leave it out' },

  // Not libpq's, but those of other programs.
  database: { only: ABSENT, instead: 'write dbname' },
  uselibpqcompat: { only: ['true'], instead: 'sslmode means what it means in libpq' },
  statement_timeout: { only: ABSENT, instead: TIMEOUT },
  query_timeout: { only: ABSENT, instead: TIMEOUT },
  lock_timeout: { only: ABSENT, instead: 'set database.lock_timeout' },
  idle_in_transaction_session_timeout: { only: ABSENT, instead: 'set database.idle_timeout' },
  schema: { only: ['public'], instead: "Taiga's tables are in the schema public" },
  currentSchema: { only: ['public'], instead: "Taiga's tables are in the schema public" },
  search_path: { only: ['public'], instead: "Taiga's tables are in the schema public" },
};

export function isKnownParameter(name: string): boolean {
  return Object.hasOwn(PARAMETERS, name);
}

/** The variables that are heeded, with those that say where libpq's files are. */
export const VARIABLES: readonly string[] = [
  ...Object.values(PARAMETERS).flatMap(({ variable }) => variable ?? []),
  'PGSYSCONFDIR',
  'HOME',
];
