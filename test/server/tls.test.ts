import { copyFileSync, readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { hash } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { LIMITS, type Limits } from '../../src/server/limits.js';
import { type Authority, createAuthority, hasOpenssl, type Issued, SKIPPED } from './certificates.js';
import { get, openWire, startWebServer, type WebServer } from './web-server.js';

describe.skipIf(!hasOpenssl)(`TLS ${SKIPPED}`, () => {
  let authority: Authority;
  let strangers: Authority;
  let trust: ConnectionOptions;
  let first: Issued;
  let second: Issued;
  let client: Issued;
  let stranger: Issued;

  beforeAll(() => {
    authority = createAuthority();
    strangers = createAuthority();
    trust = { ca: readFileSync(authority.file) };
    first = authority.issue('first');
    second = authority.issue('second');
    client = authority.issue('client');
    stranger = strangers.issue('stranger');
  });
  afterAll(() => {
    authority?.remove();
    strangers?.remove();
  });

  const start = async (lines = '', limits?: Limits): Promise<WebServer> =>
    startWebServer({
      ...(limits && { limits }),
      webFile: webFile(lines),
      files: {
        'tls.crt': readFileSync(first.certFile, 'utf8'),
        'tls.key': readFileSync(first.keyFile, 'utf8'),
        'ca.crt': readFileSync(authority.file, 'utf8'),
      },
    });
  const identity = ({ certFile, keyFile }: Issued): ConnectionOptions => ({
    ...trust,
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  });
  const handshake = (port: number, options: ConnectionOptions): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ...trust, ...options }, () => resolve(socket));
      socket.on('error', reject);
      onTestFinished(() => void socket.destroy());
    });
  const nameOf = async (port: number): Promise<unknown> => {
    const socket = await handshake(port, {});
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  };

  test('is spoken, and nothing else', async () => {
    const server = await start();
    const answer = await server.get('/metrics', { tls: trust });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-content-type-options': 'nosniff' } });
    expect(answer.body).toContain('team_items');
    await expect(server.get('/metrics')).rejects.toThrow();
    // Who does not know the authority does not go on.
    await expect(server.get('/metrics', { tls: { ca: readFileSync(strangers.file) } })).rejects.toThrow();
  });

  test('offers HTTP/1.1 only', async () => {
    const { port } = await start();
    expect((await handshake(port, { ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol).toBe('http/1.1');
  });

  test('is not waited for: who does not shake hands is cut', async () => {
    const { port } = await start('', { ...LIMITS, handshakeTimeoutMs: 200 });
    for (const text of ['', '\x16\x03\x01']) {
      const wire = await openWire(port);
      wire.socket.write(text, 'latin1');
      expect(await wire.ended).toBe('');
    }
  });

  test('has the versions and cipher suites that are named', async () => {
    const { port } = await start(
      '  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n',
    );
    const socket = await handshake(port, {});
    expect([socket.getProtocol(), socket.getCipher().name]).toEqual([
      'TLSv1.2',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
    ]);
    await expect(handshake(port, { minVersion: 'TLSv1.3' })).rejects.toThrow();
    await expect(handshake(port, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).rejects.toThrow();
    const { port: newest } = await start('  min_version: TLS13\n');
    expect((await handshake(newest, {})).getProtocol()).toBe('TLSv1.3');
    await expect(handshake(newest, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  describe('client certificates', () => {
    const CA = '  client_ca_file: ca.crt\n';
    test.each([
      ['NoClientCert', '', { none: true, good: true, stranger: true }],
      ['RequestClientCert', '', { none: true, good: true, stranger: true }],
      ['RequireAnyClientCert', '', { none: false, good: true, stranger: true }],
      ['RequireClientCert', CA, { none: false, good: true, stranger: true }],
      ['VerifyClientCertIfGiven', CA, { none: true, good: true, stranger: false }],
      ['RequireAndVerifyClientCert', CA, { none: false, good: true, stranger: false }],
    ])('%s', async (type, ca, expected) => {
      const { port } = await start(`  client_auth_type: ${type}\n${ca}`);
      const comesIn = async (tls: ConnectionOptions): Promise<boolean> =>
        get(port, '/metrics', { tls }).then(
          ({ status }) => status === 200,
          () => false,
        );
      expect({
        none: await comesIn(trust),
        good: await comesIn(identity(client)),
        stranger: await comesIn(identity(stranger)),
      }).toEqual(expected);
    });

    test('are asked for again when a session is taken up again', async () => {
      const { port } = await start(`  client_auth_type: RequireAnyClientCert\n`);
      const socket = await handshake(port, {}).catch(() => undefined);
      const session = await new Promise<Buffer | undefined>((resolve) => {
        socket?.once('session', resolve);
        if (!socket || socket.destroyed) resolve(undefined);
        else socket.once('close', () => resolve(undefined));
      });
      await expect(get(port, '/metrics', { tls: { ...trust, session } })).rejects.toThrow();
    });
  });

  describe('while the server runs', () => {
    const replace = (server: WebServer, { certFile, keyFile }: Issued): void => {
      copyFileSync(keyFile, server.path('tls.key'));
      copyFileSync(certFile, server.path('tls.crt'));
    };

    test('another certificate is taken over, and connections that stand go on', async () => {
      const server = await start();
      const agent = new Agent({ keepAlive: true, maxSockets: 1, ...trust });
      onTestFinished(() => agent.destroy());
      const overOne = async (): Promise<string> => (await server.get('/metrics', { agent, tls: trust })).body;
      const before = await overOne();
      const [connection] = Object.values(agent.freeSockets).flat() as TLSSocket[];
      expect(connection?.getPeerCertificate().subject.CN).toBe('first');

      replace(server, second);
      await expect.poll(() => nameOf(server.port)).toBe('second');
      expect(await overOne()).toBe(before);
      expect(Object.values(agent.freeSockets).flat()).toEqual([connection]);
      expect(server.web.lastReadSuccessful()).toBe(true);
    });

    test('a wrong one changes nothing until it is fixed', async () => {
      const server = await start();
      copyFileSync(second.keyFile, server.path('tls.key'));
      // It may be read while it is still being written.
      await expect
        .poll(() => server.logged.join(''))
        .toContain('tls.key is not the key of the certificate tls.crt');
      expect(server.web.lastReadSuccessful()).toBe(false);
      expect(server.logged.join('')).toContain('the old one stays in force');
      expect(await nameOf(server.port)).toBe('first');
      copyFileSync(second.certFile, server.path('tls.crt'));
      await expect.poll(() => nameOf(server.port)).toBe('second');
      expect(server.web.lastReadSuccessful()).toBe(true);
    });

    test('another authority for clients is taken over', async () => {
      const server = await start(
        '  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n',
      );
      const comesIn = (issued: Issued): Promise<boolean> =>
        server.get('/metrics', { tls: identity(issued) }).then(
          () => true,
          () => false,
        );
      expect([await comesIn(client), await comesIn(stranger)]).toEqual([true, false]);
      const socket = await handshake(server.port, identity(client));
      const session = await new Promise<Buffer>((resolve) => socket.once('session', resolve));
      copyFileSync(strangers.file, server.path('ca.crt'));
      await expect.poll(async () => [await comesIn(client), await comesIn(stranger)]).toEqual([false, true]);
      // Nor with a session of before.
      const tls = { ...identity(client), session };
      await expect(server.get('/metrics', { tls })).rejects.toThrow();
    });

    test.each([
      ['turning TLS off', '', 'turning TLS off needs a restart of the service'],
      [
        'another client_auth_type',
        '  client_auth_type: RequireAnyClientCert\n',
        'changing client_auth_type from NoClientCert needs a restart of the service',
      ],
    ])('%s needs a restart, and says so', async (_title, lines, message) => {
      const server = await start();
      server.write('web.yaml', lines === '' ? '' : webFile(lines));
      await expect(server.web.reload()).rejects.toThrow(`${server.path('web.yaml')}: ${message}`);
      expect(server.logged.join('')).toContain(message);
      expect((await server.get('/metrics', { tls: trust })).status).toBe(200);
      expect(server.web.lastReadSuccessful()).toBe(false);
    });
  });

  test('turning TLS on needs a restart, and says so', async () => {
    const server = await startWebServer({ webFile: '' });
    for (const [name, file] of [
      ['tls.crt', first.certFile],
      ['tls.key', first.keyFile],
    ] as const)
      copyFileSync(file, server.path(name));
    server.write('web.yaml', webFile());
    await expect(server.web.reload()).rejects.toThrow('turning TLS on needs a restart of the service');
    expect((await server.get('/metrics')).status).toBe(200);
  });
});

describe('users and tokens while the server runs', () => {
  test('come and go, and what was known is forgotten', async () => {
    const [old, next] = [await hash('old', 4), await hash('new', 4)];
    const server = await startWebServer({
      webFile: `basic_auth_users: { anna: '${old}' }\nbearer_token_files: [token]\n`,
      files: { token: 'first-token' },
    });
    const status = async (options: { auth?: string; token?: string }): Promise<number> =>
      (await server.get('/metrics', options)).status;
    expect(await status({ auth: 'anna:old' })).toBe(200);
    expect(await status({ token: 'first-token' })).toBe(200);

    server.write('token', 'second-token');
    await expect.poll(() => status({ token: 'second-token' })).toBe(200);
    expect(await status({ token: 'first-token' })).toBe(401);

    server.write('web.yaml', `basic_auth_users: { anna: '${next}' }\n`);
    await expect.poll(() => status({ auth: 'anna:new' })).toBe(200);
    expect(await status({ auth: 'anna:old' })).toBe(401);
    expect(await status({ token: 'second-token' })).toBe(401);

    // Nobody is let in by a file that is half written, gone, or wrong.
    for (const wrong of ['basic_auth_users: { anna: secret-password }', '{', 'basic_auth_users: {}']) {
      server.write('web.yaml', wrong);
      await expect(server.web.reload()).rejects.toThrow(/web\.yaml:1: /);
      expect(await status({})).toBe(401);
      expect(await status({ auth: 'anna:new' })).toBe(200);
    }
    server.remove('web.yaml');
    await expect.poll(() => server.logged.at(-1)).toContain('there is no such file');
    expect(await status({})).toBe(401);
    expect(server.web.lastReadSuccessful()).toBe(false);
    server.write('web.yaml', 'http_server_config: { headers: { X-Frame-Options: sameorigin } }');
    await expect
      .poll(() => server.get('/nothing'))
      .toMatchObject({ status: 404, headers: { 'x-frame-options': 'sameorigin' } });
    expect(server.web.lastReadSuccessful()).toBe(true);

    expect(server.logged.join('')).not.toMatch(/secret-password|token|\$2b/);
  });
});

function webFile(lines = ''): string {
  return `tls_server_config:\n  cert_file: tls.crt\n  key_file: tls.key\n${lines}`;
}
