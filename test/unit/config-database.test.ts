import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Config, loadConfig, namesDatabase } from '../../src/config/config.js';
import { readAddress } from '../../src/config/database-section.js';
import type { Environment } from '../../src/config/expand.js';
import { describeTarget } from '../../src/database/explain-error.js';
import { errorOf, folderWith } from './helpers.js';

const URL_TEXT = 'postgres://reader:geheim@db.example.org:5433/taiga';

async function load(
  text: string,
  { env = {}, files = {} }: { env?: Environment; files?: Record<string, string> } = {},
): Promise<Config> {
  const folder = await folderWith({ ...files, 'config.yaml': text });
  return loadConfig({ file: join(folder, 'config.yaml'), env });
}

describe('where the URL comes from', () => {
  test('the environment alone is enough', async () => {
    const config = await loadConfig({
      file: undefined,
      env: { TAIGA_DATABASE_URL: URL_TEXT, HOME: '/home/reader' },
    });
    expect(config.file).toBeUndefined();
    expect(config.database).toEqual({
      address: {
        hosts: [{ host: 'db.example.org', port: 5433 }],
        user: 'reader',
        database: 'taiga',
        password: 'geheim',
        passwordFrom: 'the database URL',
        passwordsFile: '/home/reader/.pgpass',
        tls: { mode: 'prefer' },
        needsChannelBinding: false,
        connectTimeoutMs: undefined,
        applicationName: undefined,
        options: undefined,
        origins: [],
      },
      source: {
        url: { text: URL_TEXT },
        tls: {},
        base: process.cwd(),
        environment: { HOME: '/home/reader' },
        keys: {},
      },
      passwordFile: undefined,
      hosts: undefined,
      maxReplicaLagMs: 300_000,
      poolSize: 3,
      connectTimeoutMs: 5000,
      lockTimeoutMs: 2000,
      idleTimeoutMs: 30_000,
      allowSuperuser: false,
      applicationName: 'taiga-bugflow',
      applicationSuffix: '',
      reports: { hosts: undefined, poolSize: 2 },
    });
  });

  test('the file goes before the environment', async () => {
    const config = await load(`database: { url: "${URL_TEXT}" }`, {
      env: { TAIGA_DATABASE_URL: 'postgres://other/taiga' },
    });
    expect(config.database.address.hosts).toEqual([{ host: 'db.example.org', port: 5433 }]);
  });

  test('url_file is relative to the configuration and may end with a line break', async () => {
    const config = await load('database: { url_file: secrets/url }', {
      files: { 'secrets/url': `${URL_TEXT}\r\n` },
    });
    expect(config.database.address.password).toBe('geheim');
  });

  test('password_file is relative to the configuration and read only when a connection is made', async () => {
    const config = await load(
      'database:\n  url: postgresql://reader@db/taiga\n  password_file: not-yet-there\n',
    );
    expect(config.database.passwordFile).toMatch(/\/bugflow-test-[^/]*\/not-yet-there$/);
  });
});

describe('an embedded database in its place', () => {
  const embeddedUrl = 'postgres://postgres@127.0.0.1:5555/postgres';

  test.each<[what: string, text: string, env: Environment, isNamed: boolean]>([
    ['nothing', '', {}, false],
    ['an empty variable', `database: { url: "\${TAIGA_DATABASE_URL:-}" }`, { TAIGA_DATABASE_URL: '' }, false],
    ['other settings', 'database: { pool_size: 2 }', {}, false],
    ['the variable', '', { TAIGA_DATABASE_URL: URL_TEXT }, true],
    ['the URL', `database: { url: "${URL_TEXT}" }`, {}, true],
    ['its file', 'database: { url_file: url }', {}, true],
  ])('is used where there is %s: %s', async (_, text, env, isNamed) => {
    const folder = await folderWith({ 'config.yaml': text, url: URL_TEXT });
    const source = { file: join(folder, 'config.yaml'), env, embeddedUrl };
    expect(await namesDatabase(source)).toBe(isNamed);
    const { database } = await loadConfig(source);
    expect(database).toMatchObject(
      isNamed
        ? {
            source: { url: { ...(text.includes('url_file') ? {} : { text: URL_TEXT }) } },
            allowSuperuser: false,
          }
        : { source: { url: { text: embeddedUrl } }, allowSuperuser: true },
    );
  });
});

describe('what is wrong with it', () => {
  const MISSING =
    'no database is configured; set TAIGA_DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/taiga or database.url in the configuration file';

  test('no database, no file', async () => {
    const error = await errorOf(loadConfig({ file: undefined, env: {} }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toBe(MISSING);
  });

  test('no database in the file', async () => {
    const error = await errorOf(load('listen: 127.0.0.1:1\ndatabase:\n  pool_size: 2\n'));
    expect(error.message).toMatch(/config\.yaml:2: /);
    expect(error.message.endsWith(MISSING)).toBe(true);
  });

  test('an empty variable is no database', async () => {
    expect((await errorOf(loadConfig({ file: undefined, env: { TAIGA_DATABASE_URL: '' } }))).message).toBe(
      MISSING,
    );
  });

  test('url and url_file together', async () => {
    const error = await errorOf(load(`database:\n  url: "${URL_TEXT}"\n  url_file: x\n`));
    expect(error.message).toMatch(
      /config\.yaml:3: database\.url and database\.url_file are both given; keep one$/,
    );
  });

  test('a secret file that is not there', async () => {
    const error = await errorOf(load('database: { url_file: nowhere }'));
    expect(error.code).toBe('CONFIG_UNREADABLE');
    expect(error.message).toMatch(/cannot read the secret file .*\/nowhere: ENOENT/);
  });

  test.each(['', '\n', ' \r\n'])('a file of the URL that is empty (%j)', async (url) => {
    const error = await errorOf(load('database:\n  url_file: url\n', { files: { url } }));
    expect(error.message).toMatch(/config\.yaml:2: database\.url_file: .*\/url is empty; write postgres:/);
  });
});

describe('TLS', () => {
  test('is said by keys or by the URL; paths are relative to the configuration', async () => {
    const keys = await load(
      `database:
  url: ${URL_TEXT}
  tls: { mode: verify-full, ca_file: ca.pem, cert_file: /etc/c.pem, key_file: c.key, server_name: db }`,
    );
    const { tls } = await readAddress(keys.database);
    const folder = keys.database.source.base;
    expect(tls).toEqual({
      mode: 'verify-full',
      caFile: join(folder, 'ca.pem'),
      certFile: '/etc/c.pem',
      keyFile: join(folder, 'c.key'),
      serverName: 'db',
    });

    const parameters = await load(
      `database: { url: "${URL_TEXT}?sslmode=verify-ca&application_name=x&sslrootcert=ca.pem" }`,
    );
    const fromUrl = await readAddress(parameters.database);
    expect(fromUrl.tls).toMatchObject({
      mode: 'verify-ca',
      caFile: join(parameters.database.source.base, 'ca.pem'),
    });
    expect(fromUrl.applicationName).toBe('x');
  });

  test('is preferred where nothing is said, and full where the system is to vouch', async () => {
    const plain = await load(`database: { url: "${URL_TEXT}" }`);
    expect((await readAddress(plain.database)).tls.mode).toBe('prefer');
    const system = await load(`database: { url: "${URL_TEXT}?sslrootcert=system" }`);
    expect((await readAddress(system.database)).tls).toMatchObject({ mode: 'verify-full', caFile: 'system' });
  });

  test.each([
    [
      'url: "URL?sslmode=require"\n  tls:\n    mode: require',
      /config\.yaml:4: database\.tls\.mode and sslmode in the database URL are both given; keep one$/,
    ],
    [
      'url: "URL?sslrootcert=a"\n  tls:\n    mode: require\n    ca_file: a',
      /config\.yaml:5: database\.tls\.ca_file and sslrootcert in the database URL are both given; keep one$/,
    ],
    [
      'url: "URL?sslmode=geheim"',
      /config\.yaml:2: .* not valid; write one of disable, allow, prefer, require, /,
    ],
    ['url: "URL?sslcrl=x"', /config\.yaml:2: the parameter sslcrl of the database URL is not supported/],
    ['url: URL\n  tls:\n    mode: verify-ca', /config\.yaml:4: verify-ca needs to know the CA; set/],
    [
      'url: URL\n  tls: { cert_file: a }',
      /config\.yaml:3: there is a certificate to log in with, but no key/,
    ],
    ['url: "URL?sslkey=a"', /config\.yaml:2: there is a key to log in with, but no certificate; set both/],
    [
      'url: "URL?sslmode=require&sslrootcert=system"',
      /config\.yaml:2: the system's certificates prove nothing with require; use verify-full$/,
    ],
    ['url: URL\n  tls: { mode: no-verify }', /config\.yaml:3: database\.tls\.mode/],
  ])('is refused: %s', async (text, message) => {
    const error = await errorOf(load(`database:\n  ${text.replace('URL', URL_TEXT)}\n`));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('geheim');
  });
});

describe('several servers', () => {
  test('are host and port each; the URL has the rest', async () => {
    const config = await load(
      `database: { url: "${URL_TEXT}", hosts: ["one:5432", "[::1]:5433"], max_replica_lag: 30s }`,
    );
    expect(config.database.hosts).toEqual([
      { host: 'one', port: 5432 },
      { host: '::1', port: 5433 },
    ]);
    expect(config.database.maxReplicaLagMs).toBe(30_000);
    expect(describeTarget(config.database).where).toBe('one:5432, [::1]:5433');
  });

  test.each(['one', 'one:x', '::1:5432', 'postgres://one:5432'])('%s is none', async (host) => {
    const error = await errorOf(load(`database:\n  url: ${URL_TEXT}\n  hosts:\n    - "${host}"\n`));
    expect(error.message).toMatch(
      /config\.yaml:4: .*is not a server; write HOST:PORT, like db\.example\.org:5432/,
    );
  });
});
