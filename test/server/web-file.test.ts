import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash } from '@node-rs/bcrypt';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFileWatch } from '../../src/server/web-config/file-watch.js';
import { readWebFile, type WebSettings } from '../../src/server/web-config/web-file.js';
import { errorOf, folderWith } from '../unit/helpers.js';
import { type Authority, createAuthority, hasOpenssl, SKIPPED } from './certificates.js';

const HASH = '$2y$12$bpbNGCyxIOD0g6XVJE8Tju0lHUBmi2mOm8Sh3xR1BI7PF.tGrs7AK';

async function read(text: string, files: Readonly<Record<string, string>> = {}): Promise<WebSettings> {
  const folder = await folderWith({ 'web.yaml': text, ...files });
  return readWebFile(join(folder, 'web.yaml'), createFileWatch());
}

/** What is wrong with a file, beginning with the line. */
async function complaint(text: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const error = await errorOf(read(text, files));
  expect(error.code).toMatch(/^CONFIG_/);
  expect(error.message).toMatch(/^\/.*\/web\.yaml:\d+: /);
  return error.message.replace(/^.*?web\.yaml:/, '').replaceAll(/\/\S*\/bugflow-(test|ca)-\w+\//g, '');
}

describe('a web file', () => {
  test('may be empty', async () => {
    expect(await read('')).toEqual({ tls: undefined, headers: {}, users: new Map(), tokens: [] });
  });

  test('names users, tokens and headers', async () => {
    const text = `
http_server_config:
  http2: true
  headers:
    X-Frame-Options: sameorigin
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  anna: ${HASH}
  "42": ${HASH.replace('2y', '2b')}
bearer_token_files: [token, more/token]
`;
    expect(await read(text, { token: 'abc\n', 'more/token': 'd.e-f_g~+/==' })).toEqual({
      tls: undefined,
      headers: { 'x-frame-options': 'sameorigin', 'strict-transport-security': 'max-age=31536000' },
      users: new Map([
        ['anna', HASH],
        ['42', HASH.replace('2y', '2b')],
      ]),
      tokens: ['abc', 'd.e-f_g~+/=='],
    });
  });

  test('that is not there is named', async () => {
    const error = await errorOf(readWebFile('/nowhere/web.yaml', createFileWatch()));
    expect([error.code, error.message]).toEqual([
      'CONFIG_UNREADABLE',
      'cannot read /nowhere/web.yaml: there is no such file',
    ]);
  });

  test.each([
    ['basic_auth_user: {}', '1: unknown key "basic_auth_user"; did you mean "basic_auth_users"?'],
    ['basic_auth_users: {}', '1: basic_auth_users: there is no user in it; add one, or leave the key out'],
    ['basic_auth_users:', '1: basic_auth_users: must be a map of users and their bcrypt hashes'],
    [
      'basic_auth_users:\n  anna: geheim',
      '2: basic_auth_users.anna: this is not a bcrypt hash; make one with: htpasswd -nBC 12 USER (docs/http.md)',
    ],
    ['basic_auth_users:\n  anna: 4711', '2: basic_auth_users.anna: must be a bcrypt hash'],
    [
      `basic_auth_users:\n  anna: ${HASH}x`,
      '2: basic_auth_users.anna: this is not a bcrypt hash; make one with: htpasswd -nBC 12 USER (docs/http.md)',
    ],
    [
      `basic_auth_users:\n  anna: ${HASH.replace('$12$', '$31$')}`,
      '2: basic_auth_users.anna: a bcrypt hash of cost 31 takes too long to check; make one of cost 10 to 16',
    ],
    [`basic_auth_users:\n  "a:b": ${HASH}`, '2: basic_auth_users.…: a user has a name without a colon'],
    [
      'bearer_token_files: []',
      '1: bearer_token_files: there is no file in it; add one, or leave the key out',
    ],
    [
      'bearer_token_files:\n  - gone',
      '2: the file that is named here cannot be read: there is no such file; paths are relative to this file',
    ],
    [
      'bearer_token_files: [two]',
      '1: two does not hold one token of letters, digits and -._~+/; make one with: openssl rand -hex 32',
    ],
    [
      'bearer_token_files: [empty]',
      '1: empty does not hold one token of letters, digits and -._~+/; make one with: openssl rand -hex 32',
    ],
    [
      'http_server_config:\n  headers:\n    Server: x',
      '3: unknown key "Server"; known here: Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Content-Security-Policy',
    ],
    [
      'http_server_config:\n  headers:\n    X-Frame-Options: allow',
      '3: http_server_config.headers.X-Frame-Options: this can only be deny or sameorigin',
    ],
    [
      'http_server_config:\n  headers:\n    X-Content-Type-Options: sniff',
      '3: http_server_config.headers.X-Content-Type-Options: this can only be nosniff',
    ],
    [
      'http_server_config:\n  headers:\n    X-XSS-Protection: "0\\r\\nSet-Cookie: a=b"',
      '3: http_server_config.headers.X-XSS-Protection: the value of a header is one line of printable ASCII characters',
    ],
    ['rate_limit:\n  burst: 3', '1: rate_limit: this is not supported; let a reverse proxy limit the rate'],
    ['tls_server_config: {}', '1: tls_server_config.cert_file: this key is missing (and 1 more)'],
    [
      'tls_server_config:\n  cert_file: a\n  key_file: b\n  min_version: TLS11',
      '4: tls_server_config.min_version: the version TLS11 is not supported, as it is not secure any more; use TLS12 or TLS13',
    ],
    [
      'tls_server_config:\n  cert_file: a\n  key_file: b\n  max_version: SSL3',
      '4: tls_server_config.max_version: this is not a version of TLS; use TLS12 or TLS13',
    ],
    [
      'tls_server_config:\n  cert_file: a\n  key_file: b\n  min_version: TLS13\n  max_version: TLS12',
      '4: min_version is above max_version',
    ],
    [
      'tls_server_config:\n  cert_file: a\n  key_file: b\n  client_auth_type: Required',
      '4: tls_server_config.client_auth_type: this is not one of NoClientCert, RequestClientCert, RequireClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert',
    ],
    [
      'tls_server_config:\n  cert_file: a\n  key_file: b\n  client_ca_file: c',
      '4: client_ca_file has no effect without client_auth_type; add client_auth_type: RequireAndVerifyClientCert',
    ],
    [
      'tls_server_config:\n  cert_file: a\n  key_file: b\n  client_auth_type: VerifyClientCertIfGiven',
      "4: VerifyClientCertIfGiven needs client_ca_file, the certificate of the authority that signs the clients' certificates",
    ],
    [
      'tls_server_config:\n  cert_file: a\n  key_file: b\n  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]',
      "4: tls_server_config.cipher_suites[0]: this is not a cipher suite that is supported; use Go's names of secure ones, like TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ],
    [
      'tls_server_config:\n  cert_file: a\n  key_file: b\n  curve_preferences: [X25519]',
      "4: tls_server_config.curve_preferences: this is not supported; leave it out, OpenSSL's own curves are used",
    ],
    [
      'tls_server_config:\n  cert_file: a\n  key_file: b\n  key: geheim',
      '4: tls_server_config.key: this is not supported; put the key into a file and name it with key_file',
    ],
    [
      'tls_server_config:\n  cert_file: gone\n  key_file: b',
      '2: the file that is named here cannot be read: there is no such file; paths are relative to this file',
    ],
    [
      'tls_server_config:\n  cert_file: two\n  key_file: b',
      '2: two does not hold a certificate in PEM format',
    ],
  ])('%j is refused', async (text, message) => {
    const said = await complaint(text, { two: 'geheim geheim', empty: '\n' });
    expect(said).toBe(message);
    expect(said).not.toContain('geheim');
  });

  test('never has a hash or a password in its errors, whatever is around it', async () => {
    const secret = 'sEcReT0';
    const junk = fc.string({ unit: fc.constantFrom(...'\n\t :-?!&*|>%@`"\'{}[],#$a1'), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(junk, junk, async (before, after) => {
        const text = `basic_auth_users:\n  anna: ${before}${secret}${after}\n`;
        const error = await read(text).catch((thrown: Error) => thrown);
        // Where it became a key, by junk like "a: sEcReT0: b", it is no password.
        if (error instanceof Error && !/unknown key|basic_auth_users\./.test(error.message))
          expect(error.message).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });
});

describe.skipIf(!hasOpenssl)(`its TLS part ${SKIPPED}`, () => {
  let authority: Authority;
  beforeAll(() => {
    authority = createAuthority();
    for (const name of ['server', 'other']) authority.issue(name);
    writeFileSync(join(authority.folder, 'garbage'), '-----BEGIN CERTIFICATE-----\ngeheim\n');
  });
  afterAll(() => authority?.remove());

  const readTls = async (lines: readonly string[], text = ''): Promise<WebSettings> => {
    const file = join(authority.folder, 'web.yaml');
    writeFileSync(file, `tls_server_config:\n  ${lines.join('\n  ')}\n${text}`);
    return readWebFile(file, createFileWatch());
  };
  const PAIR = ['cert_file: server.crt', 'key_file: server.key'];

  test('has good defaults', async () => {
    const { tls } = await readTls(PAIR);
    expect(tls).toMatchObject({
      clientAuth: 'NoClientCert',
      context: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', honorCipherOrder: true },
    });
    expect(tls?.context).not.toHaveProperty('ciphers');
  });

  test("takes Go's names", async () => {
    const { tls } = await readTls([
      ...PAIR,
      'client_auth_type: RequireAndVerifyClientCert',
      'client_ca_file: ca.crt',
      'min_version: TLS13',
      'cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]',
    ]);
    expect(tls).toMatchObject({
      clientAuth: 'RequireAndVerifyClientCert',
      context: {
        minVersion: 'TLSv1.3',
        ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-CHACHA20-POLY1305',
      },
    });
  });

  test.each([
    [['cert_file: garbage', 'key_file: server.key'], ':2: garbage does not hold a certificate in PEM format'],
    [
      ['cert_file: server.crt', 'key_file: server.crt'],
      ':3: server.crt does not hold a private key in PEM format without a passphrase',
    ],
    [
      ['cert_file: server.crt', 'key_file: other.key'],
      ':3: other.key is not the key of the certificate server.crt',
    ],
    [
      [...PAIR, 'client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: server.key'],
      ':5: server.key does not hold a certificate in PEM format',
    ],
  ])('%j is refused', async (lines, message) => {
    const error = await errorOf(readTls(lines));
    expect(error.message).toBe(`${join(authority.folder, 'web.yaml')}${message}`);
  });

  test('a watch sees each file that was read change', async () => {
    const file = join(authority.folder, 'web.yaml');
    await readTls(PAIR, 'bearer_token_files: [token-a]\n').catch(() => undefined);
    for (const name of ['token-a', 'server.key', 'server.crt', 'web.yaml']) {
      const watch = createFileWatch();
      // One of its files is missing the first time: it is waited for, too.
      await readWebFile(file, watch).catch(() => undefined);
      expect(await watch.changed()).toBe(false);
      if (name === 'token-a') writeFileSync(join(authority.folder, name), 'abc');
      else {
        const path = join(authority.folder, name);
        copyFileSync(path, `${path}.copy`);
        copyFileSync(`${path}.copy`, path);
      }
      expect(await watch.changed()).toBe(true);
    }
  });
});

test('a hash of the library that is there is accepted', async () => {
  const made = await hash('geheim', 10);
  expect((await read(`basic_auth_users: { anna: '${made}' }`)).users.get('anna')).toBe(made);
});
