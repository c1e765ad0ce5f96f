import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LoginFiles } from '../../src/config/login-files.js';
import { createGrafanaClient, type GrafanaClient } from '../../src/grafana/client.js';
import { readCredentials } from '../../src/grafana/credentials.js';
import { openPlaylists } from '../../src/grafana/playlist-api.js';
import type { Access } from '../../src/http/http-target.js';
import type { RetryPolicy } from '../../src/http/retry.js';
import { freePort } from '../backfill/servers.js';
import { createAuthority, hasOpenssl } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import {
  type GrafanaServer,
  type GrafanaServerOptions,
  type Interruption,
  startGrafanaServer,
} from '../support/grafana-server.js';
import { HANG_MS } from '../support/hang.js';
import { errorOf, folderWith } from '../unit/helpers.js';

const TOKEN = 'glsa_Geh3im';
const QUICK: RetryPolicy = { firstMs: 5, longestMs: 20, giveUpAfterMs: HANG_MS, requestTimeoutMs: HANG_MS };

interface Wishes {
  readonly waitMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly printed?: string[];
  readonly access?: Access;
}

async function clientFor(
  url: string,
  { waitMs = 0, retry = {}, printed = [], access }: Wishes = {},
): Promise<GrafanaClient> {
  const folder = await folderWith({ token: TOKEN });
  return createGrafanaClient({
    url,
    credentials: await readCredentials({ tokenFile: `${folder}/token` }),
    access,
    waitMs,
    print: (line) => void printed.push(line),
    retry: { ...QUICK, ...retry },
  });
}

async function start(options: GrafanaServerOptions = {}): Promise<GrafanaServer> {
  const server = await startGrafanaServer({ accounts: { tokens: { [TOKEN]: 'editor' } }, ...options });
  onTestFinished(() => server.close());
  return server;
}

const LIST = { method: 'GET', path: '/api/playlists', to: 'list the playlists' } as const;
const MAKE = { method: 'POST', path: '/api/playlists', to: 'make a playlist', body: { name: 'x' } } as const;

describe('the first contact', () => {
  test.each(['10.0.0', '12.4.0', '13.1.2-pre'])('with Grafana %s', async (version) => {
    const server = await start({ version });
    expect(await (await clientFor(server.url)).contact()).toBe(version);
  });

  test('does not show the token to whoever answers', async () => {
    const seen: unknown[] = [];
    const server = await start({
      before: ({ url, headers }) => {
        seen.push([url, headers.authorization]);
        return undefined;
      },
    });
    await (await clientFor(server.url)).contact();
    expect(seen).toEqual([
      ['/api/health', undefined],
      ['/api/user', `Bearer ${TOKEN}`],
    ]);
  });

  test('shows headers of its own to a gateway in front of it, each time', async () => {
    const seen: unknown[] = [];
    const server = await start({
      before({ headers }) {
        seen.push(headers['cf-access-client-secret']);
        return undefined;
      },
    });
    const headers = { 'cf-access-client-secret': 'Verb0rgen' };
    const access = { headers, secrets: ['Verb0rgen'], tenant: '' };
    await (await clientFor(server.url, { access })).contact();
    expect(seen).toEqual(['Verb0rgen', 'Verb0rgen']);
  });

  test('with one that hides its version', async () => {
    const text = '{"database":"ok"}';
    const server = await start({ before: () => ({ status: 200, text }) });
    expect(await (await clientFor(server.url)).contact()).toBeUndefined();
  });

  test.each([['an old one', '9.5.21', 'is Grafana 9.5.21; the dashboards need 10 or newer']])(
    'with %s',
    async (_case, version, message) => {
      const server = await start({ version });
      const error = await errorOf((await clientFor(server.url)).contact());
      expect(error.code).toBe('GRAFANA_ADDRESS');
      expect(error.message).toBe(`${server.url} ${message}`);
    },
  );

  const page: Interruption = { status: 200, text: '<!DOCTYPE html>\n<html>Sign in</html>' };
  const redirect = (location: string): Interruption => ({ status: 302, headers: { location } });

  test.each<[string, Interruption, string]>([
    [
      'a web page',
      page,
      "answers 200 with a web page instead of Grafana's API: check host, port and sub-path",
    ],
    ['a page that is missing', { status: 404, text: '<html>404</html>' }, 'answers 404 with a web page'],
    [
      'plain text',
      { status: 404, text: '404 page not found\n' },
      'is not a Grafana (it answers 404 404 page not found): check --url',
    ],
    [
      'other JSON',
      { status: 200, text: '{"status":"UP"}' },
      'is not a Grafana (it answers 200 {"status":"UP"}): check --url',
    ],
    [
      'JSON that is missing',
      { status: 404, text: '{"message":"Not found"}' },
      'is not a Grafana (it answers 404',
    ],
    [
      'a redirect to TLS',
      redirect('https://g.example.org/api/health'),
      'redirects: give --url https://g.example.org',
    ],
    [
      'a redirect to a sub-path',
      redirect('/grafana/api/health'),
      'redirects: give --url http://127.0.0.1:PORT/grafana',
    ],
    [
      'a redirect to a login',
      redirect('https://sso.example.org/login?next=%2Fsecret'),
      'answers with a redirect to https://sso.example.org/login: there is a login page in front of Grafana',
    ],
    [
      'a server that wants TLS',
      { status: 400, text: 'Client sent an HTTP request to an HTTPS server.\n' },
      'speaks TLS: give --url https://127.0.0.1:PORT',
    ],
  ])('with %s', async (_case, interruption, message) => {
    const server = await start({ before: () => interruption });
    const error = await errorOf((await clientFor(server.url)).contact());
    expect(error.code).toBe('GRAFANA_ADDRESS');
    const port = new URL(server.url).port;
    expect(error.message).toContain(`${server.url} ${message.replace('PORT', port)}`);
  });

  test('with one below a sub-path', async () => {
    const server = await start({ subPath: '/grafana' });
    expect(await (await clientFor(server.url)).contact()).toBe('12.4.0');
    const root = server.url.replace('/grafana', '');
    expect((await errorOf((await clientFor(root)).contact())).message).toBe(
      `${root} redirects: give --url ${server.url}`,
    );
  });

  test('with nobody: at once, or after the wait', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const error = await errorOf((await clientFor(url)).contact());
    expect(error.code).toBe('GRAFANA_UNREACHABLE');
    expect(error.message).toBe(
      `no answer from Grafana at ${url} (connect ECONNREFUSED ${new URL(url).host}); check --url; if Grafana is just starting, --wait 60s waits for it`,
    );
    const waited = await errorOf((await clientFor(url, { waitMs: 100 })).contact());
    expect(waited.message).toMatch(/ECONNREFUSED .*; check --url, and whether Grafana works$/);
  });

  test('with one that is only starting', async () => {
    const port = await freePort();
    const client = await clientFor(`http://127.0.0.1:${port}`, { waitMs: HANG_MS });
    const contact = client.contact();
    let answers = 0;
    // A proxy is there first, then Grafana without its database.
    const server = await start({
      port,
      before() {
        answers += 1;
        if (answers < 3) return { status: 502, text: '<html>Bad Gateway</html>' };
        return answers < 5 ? { status: 503, text: '{"database":"failing"}' } : undefined;
      },
    });
    expect(await contact).toBe('12.4.0');
    expect(server.requests).toHaveLength(6);
  });

  test('with one that never answers', async () => {
    let open = 0;
    const { createServer: createTcpServer } = await import('node:net');
    const server = createTcpServer(() => {
      open += 1;
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await errorOf((await clientFor(url, { retry: { requestTimeoutMs: 50 } })).contact());
    expect(error.message).toContain('(no answer within 0.05 s)');
    await eventually(() => expect(open).toBeGreaterThan(0));
  });

  test.skipIf(!hasOpenssl)(
    'with a certificate that nobody vouches for, and with none (skipped without openssl)',
    async () => {
      const authority = createAuthority('Test authority');
      onTestFinished(() => authority.remove());
      const { key, cert } = authority.issue('localhost');
      const server = createServer({ key, cert }, (_request, response) => void response.end('{}')).listen(
        0,
        '127.0.0.1',
      );
      onTestFinished(() => void server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const error = await errorOf((await clientFor(url, { waitMs: HANG_MS })).contact());
      expect(error.code).toBe('GRAFANA_UNREACHABLE');
      expect(error.message).toContain('set NODE_EXTRA_CA_CERTS to a file');
      const plain = await start();
      const wrong = plain.url.replace('http:', 'https:');
      const noTls = await errorOf((await clientFor(wrong, { waitMs: HANG_MS })).contact());
      expect(noTls.message).toContain(
        '(ERR_SSL_WRONG_VERSION_NUMBER); there is no TLS at this address: is it http:// instead of https://?',
      );
    },
  );
});

describe('an error', () => {
  test('a token that is not accepted', async () => {
    const server = await start({ accounts: { tokens: { other: 'admin' } } });
    const error = await errorOf((await clientFor(server.url)).ask(LIST));
    expect(error.code).toBe('GRAFANA_LOGIN_REFUSED');
    expect(error.message).toMatch(
      /does not accept the token in \/.*\/token \(Invalid API key\): make a new token of a service account with the role Editor$/,
    );
    expect(error.message).not.toContain(TOKEN);
  });

  test('a token that is not accepted, where everybody may look', async () => {
    const server = await start({ accounts: { tokens: { other: 'admin' }, anonymous: true } });
    const error = await errorOf((await clientFor(server.url)).contact());
    expect(error.code).toBe('GRAFANA_LOGIN_REFUSED');
    expect(error.message).toMatch(/does not accept the token in .* \(Unauthorized\): make a new token/);
  });

  test('a right that is missing', async () => {
    const server = await start({ accounts: { tokens: { [TOKEN]: 'viewer' } } });
    const error = await errorOf((await clientFor(server.url)).ask(MAKE));
    expect(error.code).toBe('GRAFANA_PERMISSION');
    expect(error.message).toMatch(
      /does not let the token in .* make a playlist \(You'll need additional permissions .* Permissions needed: playlists:write\): give it the role Editor in Grafana, or the right that is missing$/,
    );
  });

  test('another refusal is quoted', async () => {
    const server = await start({
      before: () => ({ status: 422, text: '{"message":"no\\nsuch thing"}' }),
    });
    const error = await errorOf((await clientFor(server.url)).ask(MAKE));
    expect(error.code).toBe('GRAFANA_REFUSED');
    expect(error.message).toBe(`${server.url} refuses to make a playlist: 422 no such thing`);
  });

  test('does not show the token that an answer quotes', async () => {
    const server = await start({
      before: ({ headers }) => ({ status: 400, text: `{"message":"bad header: ${headers.authorization}"}` }),
    });
    const error = await errorOf((await clientFor(server.url)).ask(MAKE));
    expect(error.message).toBe(`${server.url} refuses to make a playlist: 400 bad header: Bearer …`);
  });

  test('an answer of another shape', async () => {
    const server = await start({ before: () => ({ status: 200, text: '[{"uid":7}]' }) });
    const error = await errorOf(openPlaylists(await clientFor(server.url)).then((api) => api.list()));
    expect(error.code).toBe('GRAFANA_REFUSED');
    expect(error.message).toMatch(/^Grafana's answer to "list the playlists" is not understood \(0\.uid: /);
  });

  test('a login page in the midst of it', async () => {
    const server = await start({ before: () => ({ status: 302, headers: { location: '/login' } }) });
    const error = await errorOf((await clientFor(server.url)).ask(LIST));
    expect(error.code).toBe('GRAFANA_ADDRESS');
    expect(error.message).toContain(`a redirect to ${server.url}/login`);
  });
});

describe('tries again', () => {
  const failing = (times: number, interruption: Interruption) => {
    let answers = 0;
    return (): Interruption | undefined => {
      answers += 1;
      return answers <= times ? interruption : undefined;
    };
  };

  test('after 429, when Grafana says so', async () => {
    const server = await start({
      before: failing(1, { status: 429, headers: { 'retry-after': '2' }, text: '' }),
    });
    const printed: string[] = [];
    const startedAt = performance.now();
    await (await clientFor(server.url, { printed })).ask(LIST);
    expect(performance.now() - startedAt).toBeGreaterThan(1950);
    expect(printed).toEqual([`${server.url}: 429; trying again in 2.0 s`]);
  });

  test('but not for longer than makes sense', async () => {
    const server = await start({ before: () => ({ status: 429, headers: { 'retry-after': '3600' } }) });
    const error = await errorOf((await clientFor(server.url)).ask(LIST));
    expect(error.message).toBe(
      `no answer from Grafana at ${server.url} (429; it asks to wait for 3600 s); check --url, and whether Grafana works`,
    );
  });

  test.each([502, 503, 504])('after %i', async (status) => {
    const server = await start({ before: failing(2, { status, text: '<html>busy</html>' }) });
    await (await clientFor(server.url)).ask(LIST);
    expect(server.requests).toHaveLength(3);
  });

  test.each([502, 504])('after %i not with what would be done twice', async (status) => {
    const server = await start({ before: failing(2, { status, text: '<html>busy</html>' }) });
    await errorOf((await clientFor(server.url)).ask({ ...MAKE, once: true }));
    expect(server.requests).toHaveLength(1);
  });
});

describe('credentials', () => {
  test('of a user go as basic authentication', async () => {
    const server = await start({ accounts: { users: { 'ann:sécret:1': 'editor' } } });
    const folder = await folderWith({ password: 'sécret:1\n' });
    const credentials = await readCredentials({ user: 'ann', passwordFile: `${folder}/password` });
    const client = createGrafanaClient({ url: server.url, credentials, waitMs: 0, print: () => undefined });
    expect((await client.ask(LIST)).status).toBe(200);
  });

  test.each<[string, string, string]>([
    ['an empty file', '\n', ':1? the file is empty; write a token of a service account into it'],
    [
      'two tokens',
      'Geh3im Geh3im2\n',
      ':1? this is not a token: it contains blanks or unexpected characters',
    ],
    [
      'a letter that no header has',
      'Geh3im€',
      ':1? this is not a token: it contains blanks or unexpected characters',
    ],
  ])('in %s', async (_case, text, message) => {
    const folder = await folderWith({ token: text });
    const files: LoginFiles = { tokenFile: `${folder}/token` };
    const error = await errorOf(readCredentials(files));
    expect(error.message).toBe(`${files.tokenFile}${message.replace(':1?', ':')}`);
    expect(error.message).not.toContain('Geh3im');
  });

  test('in a file that is not there', async () => {
    const error = await errorOf(readCredentials({ user: 'ann', passwordFile: '/nonexistent/password' }));
    expect(error.code).toBe('CONFIG_UNREADABLE');
  });
});
