import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { createDatabase, type Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/main/open-database.js';
import { hasOpenSsh, startOpenSsh } from '../ssh/openssh.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { type Authority, type Certificate, createAuthority, hasOpenssl } from '../support/certificates.js';
import { HANG_MS } from '../support/hang.js';
import { type Cluster, hasPostgres, startPGlite, startPostgres } from '../support/postgres.js';
import { errorOf } from '../unit/helpers.js';

const onIdleError = (): void => undefined;

/** Whether the one connection is encrypted, as the server sees it. */
async function transportOf(database: Database): Promise<string> {
  let transport = '';
  const text = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  await database.read({ text, values: [], timeoutMs: HANG_MS }, (_columns, [row]) => {
    transport = row?.[0] === 'true' ? 'tls' : 'plain';
  });
  return transport;
}

describe.skipIf(!hasPostgres || !hasOpenssl)(
  'TLS to PostgreSQL (skipped without PostgreSQL or openssl on the machine)',
  () => {
    const SCRAM = '127.0.0.1/32 scram-sha-256';
    let cluster: Cluster;
    let authority: Authority;
    let stranger: Authority;
    let client: Certificate;
    let folder: Folder;

    beforeAll(async () => {
      folder = createFolder();
      authority = createAuthority('the team');
      stranger = createAuthority('somebody else');
      client = authority.issue('reader');
      cluster = await startPostgres();
      await cluster.query("CREATE ROLE reader LOGIN PASSWORD 'geheim'");
      cluster.write('ca.pem', authority.ca);
      for (const [name, issued] of Object.entries({
        good: authority.issue('db', { altNames: 'DNS:localhost,DNS:db.example.org,IP:127.0.0.1' }),
        named: authority.issue('db', { altNames: 'DNS:db.example.org' }),
        expired: authority.issue('db', { altNames: 'IP:127.0.0.1', days: -1 }),
        strange: stranger.issue('db', { altNames: 'IP:127.0.0.1' }),
      })) {
        cluster.write(`${name}.pem`, issued.cert);
        cluster.write(`${name}.key`, issued.key);
      }
    });
    afterAll(async () => {
      await cluster?.close();
      authority?.remove();
      stranger?.remove();
      folder?.remove();
    });

    const url = (parameters: Readonly<Record<string, string>> = {}): string => {
      const found = new URL(cluster.urlWith({ user: 'reader', password: 'geheim' }));
      for (const [name, value] of Object.entries(parameters)) found.searchParams.set(name, value);
      return found.href;
    };
    const open = async (env: string, text = ''): Promise<Database> => {
      const file = folder.write('bugflow.yaml', text);
      const { database: config } = await loadConfig({ file, env: { TAIGA_DATABASE_URL: env } });
      const database = createDatabase(config, { onIdleError });
      onTestFinished(() => database.close());
      return database;
    };
    const serve = (certificate: string, hba = `host all all ${SCRAM}`): Promise<void> =>
      cluster.configure(
        certificate === 'no TLS'
          ? { ssl: 'off' }
          : {
              ssl: 'on',
              ssl_cert_file: `${certificate}.pem`,
              ssl_key_file: `${certificate}.key`,
              ssl_ca_file: 'ca.pem',
            },
        hba,
      );

    const UNTRUSTED =
      /has a certificate that .*ca\.pem does not vouch for \(.*\); set database\.tls\.ca_file/;
    const OTHER_NAME =
      /has a certificate for another name \(DNS:db\.example\.org\); connect by its name, or set database\.tls\.server_name/;
    const EXPIRED = /has a certificate that has expired; renew it there/;
    const NO_TLS = /does not support TLS, but sslmode \S+ needs it; set ssl = on in its postgresql\.conf/;
    const NO_ENTRY = /refuses user "reader": no pg_hba\.conf entry for host .*, (no|SSL) encryption/;
    const NO_CERTIFICATE =
      /refuses user "reader": connection requires a valid client certificate|breaks off the TLS handshake/;

    const MODES = [
      { sslmode: 'disable' },
      { sslmode: 'allow' },
      { sslmode: 'prefer' },
      { sslmode: 'prefer', sslrootcert: 'ca' },
      { sslmode: 'require' },
      { sslmode: 'require', sslrootcert: 'ca' },
      { sslmode: 'verify-ca', sslrootcert: 'ca' },
      { sslmode: 'verify-full', sslrootcert: 'ca' },
    ] as const;
    type Outcome = 'tls' | 'plain' | RegExp;
    /** What becomes of each mode, in the order above. */
    const servers: readonly (readonly [string, string, string, readonly Outcome[]])[] = [
      [
        'without TLS',
        'no TLS',
        `host all all ${SCRAM}`,
        ['plain', 'plain', 'plain', 'plain', NO_TLS, NO_TLS, NO_TLS, NO_TLS],
      ],
      [
        'with the right certificate',
        'good',
        `host all all ${SCRAM}`,
        ['plain', 'plain', 'tls', 'tls', 'tls', 'tls', 'tls', 'tls'],
      ],
      [
        "with a stranger's certificate",
        'strange',
        `host all all ${SCRAM}`,
        ['plain', 'plain', 'tls', 'plain', 'tls', UNTRUSTED, UNTRUSTED, UNTRUSTED],
      ],
      [
        'with the certificate of another name',
        'named',
        `host all all ${SCRAM}`,
        ['plain', 'plain', 'tls', 'tls', 'tls', 'tls', 'tls', OTHER_NAME],
      ],
      [
        'with a certificate that has expired',
        'expired',
        `host all all ${SCRAM}`,
        ['plain', 'plain', 'tls', 'plain', 'tls', EXPIRED, EXPIRED, EXPIRED],
      ],
      [
        'that lets nobody in without TLS',
        'good',
        `hostssl all all ${SCRAM}`,
        [NO_ENTRY, 'tls', 'tls', 'tls', 'tls', 'tls', 'tls', 'tls'],
      ],
      [
        'that lets nobody in with TLS',
        'good',
        `hostnossl all all ${SCRAM}`,
        ['plain', 'plain', 'plain', 'plain', NO_ENTRY, NO_ENTRY, NO_ENTRY, NO_ENTRY],
      ],
      [
        'that wants a client certificate, which is not there',
        'good',
        `hostssl all all ${SCRAM} clientcert=verify-full`,
        [NO_ENTRY, ...Array.from({ length: 7 }, () => NO_CERTIFICATE)],
      ],
    ];
    describe.each(servers)('a server %s', (_title, certificate, hba, outcomes) => {
      beforeAll(() => serve(certificate, hba));
      test.each(MODES.map((mode, i) => ({ ...mode, outcome: outcomes[i] ?? '' })))(
        'is met by sslmode=$sslmode $sslrootcert: $outcome',
        async ({ outcome, ...mode }) => {
          const database = await open(
            url('sslrootcert' in mode ? { ...mode, sslrootcert: authority.caFile } : mode),
          );
          if (outcome instanceof RegExp) {
            const error = await errorOf(transportOf(database));
            expect(error.message).toMatch(outcome);
            expect(error.message).not.toContain('geheim');
            expect(error.code).toMatch(/^DATABASE_(TLS|LOGIN_REFUSED)$/);
          } else {
            expect(await transportOf(database)).toBe(outcome);
          }
        },
      );
    });

    describe('a client certificate', () => {
      beforeAll(() => serve('good', `hostssl all all ${SCRAM} clientcert=verify-full`));
      const tls = (keys: Readonly<Record<string, string>>): string =>
        JSON.stringify({ database: { tls: keys } });
      const keys = (): Readonly<Record<string, string>> => ({
        mode: 'verify-full',
        ca_file: authority.caFile,
        cert_file: client.certFile,
        key_file: client.keyFile,
      });

      test('logs in, by the configuration and by the URL', async () => {
        expect(await transportOf(await open(url(), tls(keys())))).toBe('tls');
        const { certFile: sslcert, keyFile: sslkey } = client;
        expect(await transportOf(await open(url({ sslmode: 'require', sslcert, sslkey })))).toBe('tls');
      });

      test('of somebody else, or for another user, is refused', async () => {
        const { certFile, keyFile } = stranger.issue('reader');
        const error = await errorOf(
          transportOf(await open(url(), tls({ ...keys(), cert_file: certFile, key_file: keyFile }))),
        );
        expect(error.message).toMatch(/breaks off the TLS handshake: .*; check cert_file and key_file/);
        const other = authority.issue('writer');
        const refused = await errorOf(
          transportOf(
            await open(url(), tls({ ...keys(), cert_file: other.certFile, key_file: other.keyFile })),
          ),
        );
        expect(refused.message).toMatch(/refuses user "reader": .*authentication failed/);
      });

      test('whose files cannot be used is told of', async () => {
        const failure = async (change: Readonly<Record<string, string>>) => {
          const error = await errorOf(transportOf(await open(url(), tls({ ...keys(), ...change }))));
          expect(error.code).toBe('DATABASE_TLS');
          return error.message;
        };
        const gone = `${folder.write('x', '')}-gone`;
        expect(await failure({ key_file: gone })).toMatch(/^cannot read the private key .*-gone: ENOENT/);
        expect(await failure({ cert_file: gone })).toMatch(/^cannot read the client certificate .*-gone/);
        expect(await failure({ ca_file: gone })).toMatch(/^cannot read the CA certificates .*-gone/);
        const readable = folder.write('open.key', client.key);
        expect(await failure({ key_file: readable })).toMatch(
          /^others may read the private key .*open\.key \(mode 0644\); fix it with: chmod 600 /,
        );
        expect(await failure({ ca_file: folder.write('bad.pem', 'no certificate') })).toMatch(
          /^the CA certificates .*bad\.pem: it contains no certificate in PEM$/,
        );
        const other = authority.issue('reader');
        expect(await failure({ key_file: other.keyFile })).toMatch(/the key must belong to the certificate$/);
      });
    });

    test('files are read again at each new connection', async () => {
      await serve('good');
      const file = folder.write('rotating.pem', stranger.ca);
      const database = await open(url({ sslmode: 'verify-full', sslrootcert: file }));
      await expect(transportOf(database)).rejects.toThrow(/does not vouch for/);
      folder.write('rotating.pem', authority.ca);
      expect(await transportOf(database)).toBe('tls');
    });

    test('without a CA verify-full trusts only whom everybody trusts', async () => {
      await serve('good');
      for (const parameters of [{ sslmode: 'verify-full' }, { sslrootcert: 'system' }] as const) {
        const error = await errorOf(transportOf(await open(url(parameters))));
        expect(error.message).toMatch(/has a certificate that the system does not vouch for/);
      }
    });

    test('server_name is the name in the certificate', async () => {
      await serve('named');
      const named = (name: string): string =>
        JSON.stringify({
          database: { tls: { mode: 'verify-full', ca_file: authority.caFile, server_name: name } },
        });
      expect(await transportOf(await open(url(), named('db.example.org')))).toBe('tls');
      await expect(transportOf(await open(url(), named('other.example.org')))).rejects.toThrow(OTHER_NAME);
    });

    describe('channel_binding=require', () => {
      test('is so with a password over TLS, also where TLS is only preferred', async () => {
        await serve('good');
        for (const sslmode of ['require', 'prefer', 'allow'])
          expect(await transportOf(await open(url({ channel_binding: 'require', sslmode })))).toBe('tls');
      });

      test.each([
        ['no TLS', `host all all ${SCRAM}`, /does not support TLS, but channel_binding=require needs it/],
        [
          'good',
          'host all all 127.0.0.1/32 password',
          /channel_binding=require, but the server does not log in/,
        ],
        [
          'good',
          'host all all 127.0.0.1/32 trust',
          /channel_binding=require, but the server does not log in/,
        ],
      ])('is refused, and no password sent, with %s and %s', async (certificate, hba, message) => {
        await serve(certificate, hba);
        const error = await errorOf(transportOf(await open(url({ channel_binding: 'require' }))));
        expect(error.message).toMatch(message);
        expect(error.code).toMatch(/^DATABASE_(TLS|LOGIN_REFUSED)$/);
      });
    });

    test('the address to connect to need not be the name in the certificate', async () => {
      await serve('named');
      const full = { sslmode: 'verify-full', sslrootcert: authority.caFile, hostaddr: '127.0.0.1' };
      const named = (host: string): string => url({ ...full, host });
      expect(await transportOf(await open(named('db.example.org')))).toBe('tls');
      await expect(transportOf(await open(named('other.example.org')))).rejects.toThrow(OTHER_NAME);
    });

    test('prefer does not send a wrong password twice', async () => {
      await serve('good');
      const wrong = new URL(url({ sslmode: 'prefer' }));
      wrong.password = 'wrong';
      const before = cluster.log().length;
      const error = await errorOf(transportOf(await open(wrong.href)));
      expect(error.message).toMatch(/password authentication failed for user "reader"/);
      const refusals = cluster
        .log()
        .slice(before)
        .match(/FATAL: {2}password authentication failed/g);
      expect(refusals).toHaveLength(1);
    });

    test.skipIf(!hasOpenSsh)('through SSH (skipped without OpenSSH server on the machine)', async () => {
      await serve('named', `hostssl all all ${SCRAM}`);
      const sshd = await startOpenSsh();
      onTestFinished(() => sshd.close());
      const through = async (serverName: string | undefined): Promise<string> => {
        const tls = { mode: 'verify-full', ca_file: authority.caFile, server_name: serverName };
        const file = folder.write('ssh.yaml', JSON.stringify({ database: { tls } }));
        const config = await loadConfig({ file, env: { TAIGA_DATABASE_URL: url() } });
        const opened = openDatabase({ ...config, ssh: sshd.config() }, { onIdleError });
        try {
          return await transportOf(opened.database);
        } finally {
          await opened.database.close();
        }
      };
      expect(await through('db.example.org')).toBe('tls');
      await expect(through(undefined)).rejects.toThrow(OTHER_NAME);
      await serve('no TLS');
      await expect(through('db.example.org')).rejects.toThrow(NO_TLS);
    });
  },
);

test('a server that cannot do TLS at all is met as libpq does', async () => {
  const server = await startPGlite();
  onTestFinished(() => server.close());
  const attempt = async (sslmode: string): Promise<string> => {
    const { database: config } = await loadConfig({
      file: undefined,
      env: { TAIGA_DATABASE_URL: `${server.url}?sslmode=${sslmode}` },
    });
    const database = createDatabase(config, { onIdleError });
    onTestFinished(() => database.close());
    return transportOf(database);
  };
  for (const mode of ['disable', 'allow', 'prefer']) expect(await attempt(mode)).toBe('plain');
  for (const mode of ['require', 'verify-full']) {
    const error = await errorOf(attempt(mode));
    expect(error.code).toBe('DATABASE_TLS');
    expect(error.message).toMatch(/does not support TLS, but sslmode \S+ needs it/);
  }
});
