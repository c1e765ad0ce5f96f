import { join } from 'node:path';
import { accountName, homeFolder } from '../base/account.js';
import { BugflowError, type Place } from '../base/errors.js';
import { type DatabaseTls, mergeTls, type TlsConfig, tlsKeysOf } from './database-tls.js';
import type { Environment } from './expand.js';
import { gatherOptions, type SaidOptions } from './said-options.js';
import { type ServerHost, serverHostsOf } from './server-hosts.js';
import { ownSettingIn } from './session-settings.js';

/** Where the database is, and how to log in there: what the URL says, and what else is said where libpq looks. */
export interface DatabaseAddress {
  /** At least one. */
  readonly hosts: readonly ServerHost[];
  readonly user: string;
  readonly database: string;
  /** Never shown. */
  readonly password: string | undefined;
  /** Who said the password. */
  readonly passwordFrom: string;
  /** The file of passwords, like `~/.pgpass`, that is asked when there is no password. */
  readonly passwordsFile: string | undefined;
  readonly tls: TlsConfig;
  /** Whether only a login counts that is bound to the encrypted connection. */
  readonly needsChannelBinding: boolean;
  readonly connectTimeoutMs: number | undefined;
  readonly applicationName: string | undefined;
  /** What the server is given when a session begins. */
  readonly options: string | undefined;
  /** What was not said by the URL, and who said it: `host from PGHOST`. */
  readonly origins: readonly string[];
}

export interface AddressContext {
  /** The TLS settings of the configuration. */
  readonly tls: DatabaseTls;
  /** The other keys that are given: each parameter of libpq with the key that says the same. */
  readonly keys: Readonly<Record<string, string>>;
  /** The folder to which paths in the URL are relative. */
  readonly base: string;
  /** libpq's variables; undefined: nothing around the URL counts. */
  readonly environment: Environment | undefined;
  /** The URL's origin, for messages. */
  readonly name: string;
  /** The place of a key, like `database.tls.mode`, or without a key that of the URL. */
  readonly placeOf: (key?: string) => Place | undefined;
}

/** What messages mention when it comes from elsewhere than the URL. */
const MENTIONED = ['host', 'hostaddr', 'port', 'dbname', 'user', 'sslmode', 'options'];

/** Reads a database URL and all that belongs to it; no message quotes a value. @throws BugflowError */
export async function readDatabaseAddress(text: string, context: AddressContext): Promise<DatabaseAddress> {
  const { environment, placeOf } = context;
  const refuse = (message: string, key?: string): BugflowError =>
    new BugflowError('CONFIG_INVALID', message, { place: placeOf(key) });
  const keys = { ...context.keys, ...tlsKeysOf(context.tls) };
  const said = await gatherOptions(text, { ...context, keys, environment: environment ?? {}, refuse });
  const user = said.value('user') ?? accountName();
  if (user === undefined) {
    throw refuse(
      'the database URL names no user, and this process has no user name; write postgres://USER@HOST/NAME',
    );
  }
  return {
    hosts: serverHostsOf(said, refuse),
    user,
    database: said.value('dbname') ?? user,
    password: said.value('password'),
    passwordFrom: said.by('password') ?? 'the database URL',
    passwordsFile: environment && (said.path('passfile') ?? join(homeFolder(environment), '.pgpass')),
    tls: mergeTls(context.tls, said, refuse),
    needsChannelBinding: needsChannelBinding(said, refuse),
    connectTimeoutMs: connectTimeoutMs(said, refuse),
    applicationName: said.value('application_name') ?? said.value('fallback_application_name'),
    options: sessionOptions(said, refuse),
    origins: [
      ...MENTIONED.flatMap((parameter) => {
        const by = said.by(parameter);
        return by === undefined ? [] : [`${parameter} from ${by}`];
      }),
      ...(said.value('user') === undefined ? ['user from the operating system'] : []),
    ],
  };
}

function needsChannelBinding(said: SaidOptions, refuse: (message: string) => Error): boolean {
  const value = said.value('channel_binding') ?? 'prefer';
  if (!['disable', 'prefer', 'require'].includes(value))
    throw refuse(`${said.describe('channel_binding')} is not valid; write disable, prefer or require`);
  return value === 'require';
}

function connectTimeoutMs(said: SaidOptions, refuse: (message: string) => Error): number | undefined {
  const value = said.value('connect_timeout');
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(value))
    throw refuse(
      `${said.describe('connect_timeout')} is not valid; write seconds, a whole number from 1 to 9999`,
    );
  return Number(value) * 1000;
}

function sessionOptions(said: SaidOptions, refuse: (message: string) => Error): string | undefined {
  const options = said.value('options');
  const own = options && ownSettingIn(options);
  if (own)
    throw refuse(
      `${said.describe('options')} sets ${own}, which every transaction sets itself; leave it out`,
    );
  if (options?.endsWith('\\')) throw refuse(`${said.describe('options')} ends with a \\; leave it out`);
  return options;
}
