import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../src/config/config.js';
import type { DatabaseAddress } from '../../src/config/database-address.js';
import { PARAMETERS } from '../../src/config/database-parameters.js';
import { readAddress } from '../../src/config/database-section.js';
import type { Environment } from '../../src/config/expand.js';
import { describeTarget } from '../../src/database/explain-error.js';
import { errorOf, folderWith } from './helpers.js';

const NOWHERE = { HOME: '/nowhere' };

function load(url: string, env: Environment = {}): Promise<Config> {
  return loadConfig({ file: undefined, env: { ...NOWHERE, ...env, TAIGA_DATABASE_URL: url } });
}

/** What connecting uses. */
async function addressOf(url: string, env: Environment = {}): Promise<DatabaseAddress> {
  return readAddress((await load(url, env)).database);
}

/** `USER:PASSWORD @ HOST:PORT, … / DATABASE`, as messages name the servers. */
async function brief(url: string, env: Environment = {}): Promise<string> {
  const { database } = await load(url, env);
  const { user, password, database: name } = await readAddress(database);
  return `${user}:${password ?? ''} @ ${describeTarget(database).where} / ${name}`;
}

describe('every form of a URL says the same to connecting and to messages', () => {
  test.each<[url: string, expected: string]>([
    ['postgres://u:p@db:5433/taiga', 'u:p @ db:5433 / taiga'],
    ['postgresql://u:p@db/taiga', 'u:p @ db:5432 / taiga'],
    ['postgres://u@db/taiga', 'u: @ db:5432 / taiga'],
    ['postgres://u@db', 'u: @ db:5432 / u'],
    ['postgres://u@/taiga', 'u: @ localhost:5432 / taiga'],
    ['postgres://u%40x:p%40%3A%2F%3F%23%25%20%C3%A4@db/t%2Fg', 'u@x:p@:/?#% ä @ db:5432 / t/g'],
    // Not reserved there, so it needs no encoding.
    ['postgres://u:a:b+c@db/taiga', 'u:a:b+c @ db:5432 / taiga'],
    ['postgres://u:pässword@dätenbank.example/taiga', 'u:pässword @ dätenbank.example:5432 / taiga'],
    ['postgres://u@[::1]:5433/taiga', 'u: @ [::1]:5433 / taiga'],
    ['postgres://u@[::1]/taiga', 'u: @ [::1]:5432 / taiga'],
    ['postgres://u@10.0.0.1/taiga', 'u: @ 10.0.0.1:5432 / taiga'],
    // Unix sockets.
    ['postgres://u:p@/taiga?host=/run/postgresql', 'u:p @ /run/postgresql/.s.PGSQL.5432 / taiga'],
    ['postgres://u:p@:5433/taiga?host=/run/postgresql', 'u:p @ /run/postgresql/.s.PGSQL.5433 / taiga'],
    ['postgres:///taiga?user=u&host=/tmp/&port=5433', 'u: @ /tmp/.s.PGSQL.5433 / taiga'],
    ['postgres://u@%2Frun%2Fpostgresql:5433/taiga', 'u: @ /run/postgresql/.s.PGSQL.5433 / taiga'],
    ['postgres://u@localhost/taiga?host=/tmp', 'u: @ /tmp/.s.PGSQL.5432 / taiga'],
    // Parameters go before the rest, as in libpq, and + is a plus.
    ['postgres://?user=u&password=p%20q+r&host=db&port=1&dbname=taiga', 'u:p q+r @ db:1 / taiga'],
    ['postgres://a:b@c:1/d?user=u&password=p&host=db&port=2&dbname=taiga', 'u:p @ db:2 / taiga'],
    ['postgres://u@/taiga?host=::1', 'u: @ [::1]:5432 / taiga'],
    // Several servers.
    ['postgres://u@a,b:5433/taiga', 'u: @ a:5432, b:5433 / taiga'],
    ['postgres://u@[::1]:1,b:2/taiga', 'u: @ [::1]:1, b:2 / taiga'],
    ['postgres://u@/taiga?host=a,b&port=5433', 'u: @ a:5433, b:5433 / taiga'],
    ['postgres://u@/taiga?host=a,/tmp&port=1,2', 'u: @ a:1, /tmp/.s.PGSQL.2 / taiga'],
    // Keywords.
    ['host=db port=5433 dbname=taiga user=u password=p', 'u:p @ db:5433 / taiga'],
    [
      "host = '/run/postgresql' dbname= 'my taiga'\n\tuser=u",
      'u: @ /run/postgresql/.s.PGSQL.5432 / my taiga',
    ],
    [`user=u password='it\\'s a \\\\ b=c#@/' dbname=a\\ b`, `u:it's a \\ b=c#@/ @ localhost:5432 / a b`],
    ["user=u password='' host=db", 'u: @ db:5432 / u'],
    // What shells, editors and docker add.
    ['postgres://u:p@db/taiga\n', 'u:p @ db:5432 / taiga'],
    ['\r\n  postgres://u:p@db/taiga \r\n\n', 'u:p @ db:5432 / taiga'],
    ['\ufeffpostgres://u:p@db/taiga', 'u:p @ db:5432 / taiga'],
    ['"postgres://u:p@db/taiga"', 'u:p @ db:5432 / taiga'],
    ["'postgres://u:p@db/taiga'\n", 'u:p @ db:5432 / taiga'],
    ['"host=db user=u dbname=\'taiga\'"', 'u: @ db:5432 / taiga'],
  ])('%j', async (url, expected) => {
    expect(await brief(url)).toBe(expected);
    // A file may hold what a variable may.
    const folder = await folderWith({ 'config.yaml': 'database: { url_file: url }', url });
    const { database } = await loadConfig({ file: join(folder, 'config.yaml'), env: NOWHERE });
    expect(await readAddress(database)).toEqual(await addressOf(url));
  });
});

describe('what is no URL is refused as a whole', () => {
  test.each<[url: string, mistake: string]>([
    ['mysql://u:geheim@db/taiga', ''],
    ['u:geheim@db/taiga', ''],
    ['geheim', ''],
    ['jdbc:postgresql://db/taiga?password=geheim', 'it has a form that only other programs know'],
    ['postgresql+asyncpg://u:geheim@db/taiga', 'it has a form that only other programs know'],
    ['postgres:geheim', 'it has a form that only other programs know'],
    ['TAIGA_DATABASE_URL=postgres://u:geheim@db/taiga', 'it begins with the name of a variable'],
    ['export X=postgres://u:geheim@db/taiga', 'it begins with the name of a variable'],
    ['  ', 'it is empty'],
    ['""', 'it is empty'],
    // Reserved characters, in a password or after it.
    ['postgres://u:4711#geheim@db/taiga', 'there is a # in it'],
    ['postgres://u:4711/geheim@db/taiga', 'there is an @ after the host, or a / or ? before it'],
    ['postgres://u:4711?geheim@db/taiga', 'there is an @ after the host, or a / or ? before it'],
    ['postgres://u:4711?geheim=x@db/taiga', 'there is an @ after the host, or a / or ? before it'],
    ['postgres://u:4711@geheim@db/taiga', 'there is more than one @ in it'],
    ['postgres://localhost:5432/geheim@db/taiga', 'there is an @ after the host, or a / or ? before it'],
    ['postgres://db/taiga?password=a@geheim', 'there is an @ after the host, or a / or ? before it'],
    ['postgres://db/taiga?password=a?geheim', 'there is more than one ? in it'],
    ['postgres://db/taiga?password=a&geheim', 'one of its parameters has no name or no value'],
    ['postgres://db/taiga?password=a&geheim=b', 'what comes after its password is no parameter'],
    ['postgres://u:geh eim@db/taiga', 'there is white space or an invisible character in it'],
    ['postgres://u:geh\neim@db/taiga', 'there is white space or an invisible character in it'],
    ['postgres://u:geh\u200beim@db/taiga', 'there is white space or an invisible character in it'],
    ['postgres://u:geheim%@db/taiga', 'there is a % in it that does not begin an encoded character'],
    ['postgres://u:geheim%E4@db/taiga', 'there is a % in it that does not begin an encoded character'],
    ['postgres://u:geheim%00@db/taiga', 'there is a zero byte in it'],
    ['postgres://u:geheim:x/taiga', 'its host or port is none'],
    ['postgres://db:geheim/taiga', 'its host or port is none'],
    ['postgres://u@[geheim]/taiga', 'its host or port is none'],
    ['postgres://u@::geheim/taiga', 'its host or port is none'],
    ['postgres://u@db/taiga?geheim', 'one of its parameters has no name or no value'],
    ['postgres://u@db/taiga?=geheim', 'one of its parameters has no name or no value'],
    ['user=u password=a geheim', 'what comes after the first parameters is no NAME=VALUE'],
    ['user=u password=a geheim=b', 'what comes after its password is no parameter'],
    ["user=u password='a geheim", 'what comes after the first parameters is no NAME=VALUE'],
    ["user=u password='a'geheim", 'what comes after the first parameters is no NAME=VALUE'],
  ])('%j', async (url, mistake) => {
    const end = ', with reserved characters in the password percent-encoded (@ is %40)';
    const error = await errorOf(load(url));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(
      error.message.startsWith(`TAIGA_DATABASE_URL is not a URL of PostgreSQL${mistake && `: ${mistake}`}`),
    ).toBe(true);
    expect(error.message.endsWith(end)).toBe(true);
    expect(`${error.message} ${String(error.cause)}`).not.toMatch(/geheim|4711/);

    const folder = await folderWith({ 'config.yaml': `log_level: warn\ndatabase:\n  url: \${URL}\n`, url });
    const fromFile = await errorOf(loadConfig({ file: join(folder, 'config.yaml'), env: { URL: url } }));
    expect(fromFile.message).toMatch(/config\.yaml:3: database\.url is not a URL of PostgreSQL/);
    expect(fromFile.message).not.toMatch(/geheim|4711/);
  });
});

describe('a parameter', () => {
  const WITH = 'postgres://u:geheim@db/taiga?';

  test.each<[query: string, expected: Partial<DatabaseAddress>]>([
    ['connect_timeout=10', { connectTimeoutMs: 10_000 }],
    ['application_name=mine', { applicationName: 'mine' }],
    ['application_name=mine&fallback_application_name=other', { applicationName: 'mine' }],
    ['fallback_application_name=other', { applicationName: 'other' }],
    ['channel_binding=require', { needsChannelBinding: true }],
    ['channel_binding=disable', { needsChannelBinding: false }],
    ['options=-c%20work_mem%3D8MB', { options: '-c work_mem=8MB' }],
    ['options=-c geqo=off'.replaceAll(' ', '%20'), { options: '-c geqo=off' }],
    ['options=endpoint%3Dcold-sun-1', { options: 'endpoint=cold-sun-1' }],
    ['hostaddr=10.0.0.1', { hosts: [{ host: 'db', port: 5432, address: '10.0.0.1' }] }],
    ['passfile=/etc/pgpass', { passwordsFile: '/etc/pgpass' }],
    ['sslmode=require', { tls: { mode: 'require' } }],
    ['ssl=true', { tls: { mode: 'require' } }],
    [
      'sslmode=verify-full&target_session_attrs=any&sslnegotiation=postgres',
      { tls: { mode: 'verify-full' } },
    ],
  ])('is heeded: %s', async (query, expected) => {
    expect(await addressOf(WITH + query)).toMatchObject(expected);
  });

  test.each<[query: string, message: RegExp]>([
    ['connect_timeout=0', /connect_timeout of the database URL is not valid; write seconds/],
    ['connect_timeout=soon', /connect_timeout of the database URL is not valid; write seconds/],
    [
      'channel_binding=geheim',
      /channel_binding of the database URL is not valid; write disable, prefer or require/,
    ],
    ['sslmode=no-verify', /sslmode of the database URL is not valid; write one of disable, allow/],
    ['port=geheim', /port of the database URL is not a port; write a number from 1 to 65535/],
    ['port=0', /port of the database URL is not a port/],
    ['port=1,2', /port of the database URL needs one port, or as many as there are hosts/],
    ['host=ge/heim', /host of the database URL is neither a host nor the folder of a Unix socket/],
    ['host=%40geheim', /host of the database URL is neither a host nor the folder of a Unix socket/],
    ['hostaddr=geheim', /hostaddr of the database URL is no IP address; write a name as host/],
    ['hostaddr=10.0.0.1,10.0.0.2', /hostaddr of the database URL needs as many addresses as there are hosts/],
    [
      'options=-c%20search_path%3Dx',
      /options of the database URL sets search_path, which every transaction sets itself/,
    ],
    ['options=--default-transaction-read-only%3Doff', /sets default_transaction_read_only, which/],
    ['options=-c%20geqo%3Doff%20-cTimeZone%3DUTC', /sets timezone, which/],
    ['options=-c%20geqo%3Doff%5C', /options of the database URL ends with a \\/],
    [
      'target_session_attrs=read-write',
      /target_session_attrs .* is not supported with a value other than any; list the servers .* under database\.hosts/,
    ],
    ['idle_in_transaction_session_timeout=1', /is not supported; set database\.idle_timeout/],
    ['sslmod=geheim', /the parameter sslmod of the database URL is not supported; docs\/database\.md lists/],
    ['__proto__=x', /a parameter of the database URL is not supported/],
    ['constructor=x', /constructor of the database URL is not supported/],
    ['service=geheim', /there is no service of the name that is given in \/nowhere\/\.pg_service\.conf or /],
  ])('is refused: %s', async (query, message) => {
    const error = await errorOf(load(WITH + query));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('geheim');
  });

  test.each(Object.entries(PARAMETERS).filter(([, { only }]) => only !== undefined))(
    '%s says only what is so anyway, in the URL and in its variable',
    async (parameter, { only = [], variable, instead }) => {
      for (const value of only)
        await expect(addressOf(`${WITH}${parameter}=${value}`)).resolves.toBeDefined();
      const fromUrl = await errorOf(load(`${WITH}${parameter}=other`));
      expect(fromUrl.message).toContain(`the parameter ${parameter} of the database URL is not supported`);
      expect(fromUrl.message.endsWith(`; ${instead}`)).toBe(true);
      if (variable === undefined) return;
      for (const value of only) await expect(addressOf(WITH, { [variable]: value })).resolves.toBeDefined();
      const fromVariable = await errorOf(load(WITH, { [variable]: 'other' }));
      expect(fromVariable.message).toMatch(
        new RegExp(`^the environment variable ${variable} is not supported`),
      );
    },
  );

  test.each([
    ['connect_timeout', 'connect_timeout: 3s', '3'],
    ['application_name', 'application_name: other', 'mine'],
    ['sslmode', 'tls: { mode: require }', 'require'],
    ['sslrootcert', 'tls: { ca_file: a.pem }', 'b.pem'],
  ])('%s is not in the configuration as well; its variable gives way', async (parameter, key, value) => {
    const folder = await folderWith({ 'config.yaml': `database:\n  ${key}\n` });
    const file = join(folder, 'config.yaml');
    const url = 'postgres://u@db/taiga';
    const both = { ...NOWHERE, TAIGA_DATABASE_URL: `${url}?${parameter}=${value}` };
    expect((await errorOf(loadConfig({ file, env: both }))).message).toMatch(
      new RegExp(
        `config\\.yaml:2: database\\.\\S+ and ${parameter} in the database URL are both given; keep one$`,
      ),
    );
    const alone = await loadConfig({ file, env: { ...NOWHERE, TAIGA_DATABASE_URL: url } });
    const around = { ...NOWHERE, TAIGA_DATABASE_URL: url, [PARAMETERS[parameter]?.variable ?? '']: value };
    expect((await loadConfig({ file, env: around })).database.address).toEqual(alone.database.address);
  });

  test('several hosts are not in the configuration as well', async () => {
    const folder = await folderWith({ 'config.yaml': 'database:\n  hosts: ["c:1"]\n' });
    const file = join(folder, 'config.yaml');
    for (const [url, what] of [
      ['postgres://u@a,b/taiga', 'several hosts'],
      ['postgres://u@a/taiga?hostaddr=10.0.0.1', 'hostaddr'],
    ]) {
      const error = await errorOf(loadConfig({ file, env: { ...NOWHERE, TAIGA_DATABASE_URL: url } }));
      expect(error.message).toMatch(
        new RegExp(
          `config\\.yaml:2: database\\.hosts and ${what} in the database URL are both given; keep one$`,
        ),
      );
    }
  });
});

describe('what surrounds the URL', () => {
  const VARIABLES = { PGHOST: 'env', PGPORT: '1', PGUSER: 'envu', PGDATABASE: 'envd', PGPASSWORD: 'geheim' };

  test.each<[url: string, env: Environment, expected: string, origins: readonly string[]]>([
    [
      'postgres://',
      VARIABLES,
      'envu:geheim @ env:1 / envd',
      ['host from PGHOST', 'port from PGPORT', 'dbname from PGDATABASE', 'user from PGUSER'],
    ],
    ['postgres://u:p@db:2/taiga', VARIABLES, 'u:p @ db:2 / taiga', []],
    ['postgres://u@db/taiga', { PGPORT: '55999' }, 'u: @ db:55999 / taiga', ['port from PGPORT']],
    [
      'postgres:///taiga',
      { PGHOST: '/run/postgresql', PGUSER: 'u' },
      'u: @ /run/postgresql/.s.PGSQL.5432 / taiga',
      ['host from PGHOST', 'user from PGUSER'],
    ],
    [
      'postgres://u@/taiga',
      { PGHOST: 'a,b', PGPORT: '1,2' },
      'u: @ a:1, b:2 / taiga',
      ['host from PGHOST', 'port from PGPORT'],
    ],
    ['postgres://u:@db/taiga', { PGPASSWORD: 'p' }, 'u:p @ db:5432 / taiga', []],
    ['user=u host=db', { PGDATABASE: 'envd', PGHOST: '' }, 'u: @ db:5432 / envd', ['dbname from PGDATABASE']],
  ])('%s with %j', async (url, env, expected, origins) => {
    expect(await brief(url, env)).toBe(expected);
    expect((await addressOf(url, env)).origins).toEqual(origins);
  });

  test.each<[env: Environment, expected: Partial<DatabaseAddress>]>([
    [{ PGSSLMODE: 'require' }, { tls: { mode: 'require' }, origins: ['sslmode from PGSSLMODE'] }],
    [{ PGSSLROOTCERT: '/ca.pem', PGSSLMODE: 'verify-ca' }, { tls: { mode: 'verify-ca', caFile: '/ca.pem' } }],
    [
      { PGSSLCERT: '/c.pem', PGSSLKEY: '/c.key' },
      { tls: { mode: 'prefer', certFile: '/c.pem', keyFile: '/c.key' } },
    ],
    [{ PGCONNECT_TIMEOUT: '7' }, { connectTimeoutMs: 7000 }],
    [{ PGAPPNAME: 'mine' }, { applicationName: 'mine' }],
    [{ PGOPTIONS: '-c geqo=off' }, { options: '-c geqo=off', origins: ['options from PGOPTIONS'] }],
    [{ PGPASSFILE: '/secrets/pgpass' }, { passwordsFile: '/secrets/pgpass' }],
    [{ PGHOSTADDR: '10.0.0.1' }, { hosts: [{ host: 'db', port: 5432, address: '10.0.0.1' }] }],
    [{ PGCHANNELBINDING: 'require' }, { needsChannelBinding: true }],
  ])('%j', async (env, expected) => {
    expect(await addressOf('postgres://u@db/taiga', env)).toMatchObject(expected);
  });

  test.each<[env: Environment, message: RegExp]>([
    [{ PGPORT: 'geheim' }, /^the environment variable PGPORT is not a port/],
    [{ PGSSLMODE: 'no-verify' }, /^the environment variable PGSSLMODE is not valid; write one of disable/],
    [{ PGOPTIONS: '-c statement_timeout=1' }, /^the environment variable PGOPTIONS sets statement_timeout/],
    [{ PGSERVICE: 'geheim' }, /there is no service of the name/],
    [
      { PGSERVICE: 'geheim', PGSERVICEFILE: '/nowhere/at-all' },
      /cannot read the service file \/nowhere\/at-all: ENOENT/,
    ],
  ])('is refused: %j', async (env, message) => {
    const error = await errorOf(load('postgres://u@db/taiga', env));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('geheim');
  });

  test('alone is no database, as somebody may have set it for another program', async () => {
    expect((await errorOf(loadConfig({ file: undefined, env: VARIABLES }))).message).toMatch(
      /^no database is configured/,
    );
  });

  test('does not count for an embedded database', async () => {
    const embeddedUrl = 'postgres://postgres@127.0.0.1:5555/postgres';
    const env = {
      ...VARIABLES,
      PGSSLMODE: 'geheim',
      PGOPTIONS: '-c work_mem=1MB',
      PGTARGETSESSIONATTRS: 'primary',
    };
    const { database } = await loadConfig({ file: undefined, env, embeddedUrl });
    expect(await readAddress(database)).toMatchObject({
      hosts: [{ host: '127.0.0.1', port: 5555 }],
      ...{ user: 'postgres', password: undefined, passwordsFile: undefined, options: undefined, origins: [] },
      tls: { mode: 'prefer' },
    });
  });
});

describe('a service', () => {
  const FILE =
    '\ufeff# ours\r\n[other]\r\nhost=other\r\n[taiga]\r\nhost=db\r\nport=7\r\n# user\r\nuser=u\r\npassword= p=q \r\ndbname=taiga\r\n[taiga]\nhost=late\n';

  test.each<[where: string, url: string, env: (folder: string) => Environment]>([
    ['the URL', 'postgres://?service=taiga', (HOME) => ({ HOME })],
    ['PGSERVICE', 'postgres://', (HOME) => ({ HOME, PGSERVICE: 'taiga' })],
    ['keywords', 'service=taiga', (HOME) => ({ HOME })],
    [
      'a named file',
      'postgres://',
      (folder) => ({ PGSERVICE: 'taiga', PGSERVICEFILE: `${folder}/.pg_service.conf` }),
    ],
    ['the folder of the system', 'service=taiga', (folder) => ({ PGSYSCONFDIR: `${folder}/etc` })],
  ])('is named by %s', async (_, url, env) => {
    const folder = await folderWith({ '.pg_service.conf': FILE, 'etc/pg_service.conf': FILE });
    expect(await brief(url, env(folder))).toBe('u: p=q @ db:7 / taiga');
  });

  test('goes before the environment and after the URL, and is told', async () => {
    const folder = await folderWith({ '.pg_service.conf': '[taiga]\nhost=db\nport=7\n' });
    const env = { HOME: folder, PGSERVICE: 'taiga', PGHOST: 'env', PGUSER: 'u' };
    const { hosts, origins } = await addressOf('postgres://:8/taiga', env);
    expect(hosts).toEqual([{ host: 'db', port: 8 }]);
    expect(origins).toEqual([`host from the service in ${folder}/.pg_service.conf`, 'user from PGUSER']);
  });

  test.each([
    ['[taiga]\nhost = db\n', /\.pg_service\.conf:2: this is no NAME=VALUE, without blanks around the =/],
    ['[taiga]\ngeheim\n', /\.pg_service\.conf:2: this is no NAME=VALUE/],
    [
      '[taiga]\ntarget_session_attrs=primary\n',
      /the parameter target_session_attrs of the service in .*\.pg_service\.conf is not supported/,
    ],
    ['[taiga]\nservice=other\n', /names another one; leave it out/],
  ])('is refused: %j', async (text, message) => {
    const folder = await folderWith({ '.pg_service.conf': text });
    const error = await errorOf(load('service=taiga', { HOME: folder }));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('geheim');
  });
});
