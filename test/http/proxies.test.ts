import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Outcome } from '../../src/http/exchange.js';
import { createHttpClient } from '../../src/http/http-client.js';
import { proxyFromEnvironment } from '../../src/http/proxies.js';
import { freePort } from '../backfill/servers.js';
import { createAuthority, hasOpenssl } from '../support/certificates.js';
import { HANG_MS } from '../support/hang.js';
import { serve, startProxy } from './servers.js';

beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toUpperCase(), undefined);
  }
});
afterEach(() => void vi.unstubAllEnvs());

function get(url: string): Promise<Outcome> {
  const client = createHttpClient();
  onTestFinished(() => client.close());
  return client.attempt({
    method: 'GET',
    url,
    headers: { authorization: 'Bearer for-the-server' },
    timeoutMs: HANG_MS,
  });
}

describe('http_proxy', () => {
  test('is asked with the whole address, for this one alone, and is shown its own credentials only', async () => {
    const proxy = await startProxy('from the proxy');
    vi.stubEnv('HTTP_PROXY', proxy.url.replace('http://', 'http://ann:s%40crt@'));
    expect(await get('http://grafana.example:3000/api/health?x=1')).toMatchObject({
      status: 200,
      text: 'from the proxy',
    });
    expect(proxy.asked).toEqual(['GET http://grafana.example:3000/api/health?x=1']);
    expect(proxy.authorizations).toEqual([`Basic ${btoa('ann:s@crt')}`]);
  });

  test('that refuses connections is named, without its password', async () => {
    const port = await freePort();
    vi.stubEnv('HTTP_PROXY', `http://ann:geheim@127.0.0.1:${port}`);
    const outcome = await get('http://grafana.example/');
    expect(outcome).toMatchObject({
      kind: 'failure',
      reason: expect.stringMatching(
        new RegExp(`ECONNREFUSED.*, through the proxy http://127.0.0.1:${port}/$`),
      ),
    });
    expect(JSON.stringify(outcome)).not.toContain('geheim');
  });

  test('that is no web address is an error that says so', async () => {
    vi.stubEnv('HTTP_PROXY', 'socks5://ann:geheim@127.0.0.1');
    expect(await get('http://grafana.example/')).toEqual({
      kind: 'failure',
      reason: 'the proxy in the environment is not an http:// or https:// address',
      code: undefined,
    });
  });
});

describe('https_proxy', () => {
  test.runIf(hasOpenssl)('tunnels, and sees nothing of what goes through', async () => {
    const authority = createAuthority('authority');
    onTestFinished(() => authority.remove());
    const { cert, key } = authority.issue('grafana.example');
    const server = createServer({ cert, key }, (request, response) => {
      response.end(`${request.headers.host} ${request.headers['proxy-authorization']}`);
    }).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const proxy = await startProxy('', `https://127.0.0.1:${port}`);
    vi.stubEnv('https_proxy', proxy.url.replace('http://', 'http://ann:geheim@'));
    // Its authority is not known to this process; that the handshake comes so far shows whom it was with.
    expect(await get('https://grafana.example/')).toMatchObject({
      kind: 'failure',
      code: expect.stringMatching(/UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER/),
    });
    expect(proxy.asked).toEqual(['CONNECT grafana.example:443']);
    expect(proxy.authorizations).toEqual([`Basic ${btoa('ann:geheim')}`]);
  });

  test('that lets nobody through is an error with its status', async () => {
    const proxy = await startProxy('');
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    expect(await get('https://grafana.example/')).toMatchObject({
      kind: 'failure',
      reason: expect.stringContaining('403'),
    });
  });
});

test('what runs on this machine is asked directly', async () => {
  const proxy = await startProxy('from the proxy');
  vi.stubEnv('HTTP_PROXY', proxy.url);
  const url = await serve((_request, response) => response.end('itself'));
  expect(await get(url)).toMatchObject({ text: 'itself' });
  expect(await get(url.replace('127.0.0.1', 'localhost'))).toMatchObject({ text: 'itself' });
  expect(proxy.asked).toEqual([]);
});

describe('no_proxy', () => {
  test.each([
    ['', 'http://grafana.example', true],
    ['*', 'http://grafana.example', false],
    ['grafana.example', 'http://grafana.example', false],
    ['other.example, grafana.example', 'http://grafana.example', false],
    ['.example', 'http://grafana.example', false],
    ['*.example', 'http://grafana.example', false],
    ['grafana.example:3000', 'http://grafana.example', true],
    ['grafana.example:3000', 'http://grafana.example:3000', false],
    ['GRAFANA.example', 'http://grafana.EXAMPLE', false],
    ['10.0.0.1', 'http://10.0.0.1:9090', false],
    ['10.0.0.1', 'http://10.0.0.2:9090', true],
    ['', 'http://127.0.0.1:9090', false],
    ['', 'http://127.1.2.3', false],
    ['', 'http://[::1]:9090', false],
    ['', 'http://localhost:9090', false],
    ['', 'http://127.example', true],
  ])('%j: %s through the proxy: %s', (noProxy, url, isProxied) => {
    vi.stubEnv('HTTP_PROXY', 'http://proxy.example:3128');
    vi.stubEnv('NO_PROXY', noProxy);
    expect(proxyFromEnvironment(new URL(url))).toBe(isProxied ? 'http://proxy.example:3128' : undefined);
  });
});

test.each([
  ['HTTPS_PROXY', 'proxy.example:3128', 'https://grafana.example', 'http://proxy.example:3128'],
  [
    'https_proxy',
    'ann:geheim@proxy.example:3128',
    'https://grafana.example',
    'http://ann:geheim@proxy.example:3128',
  ],
  ['HTTPS_PROXY', 'https://proxy.example:3128', 'https://grafana.example', 'https://proxy.example:3128'],
  ['HTTP_PROXY', 'proxy.example', 'http://grafana.example', 'http://proxy.example'],
  ['ALL_PROXY', 'proxy.example:3128', 'https://grafana.example', 'http://proxy.example:3128'],
  ['all_proxy', 'https://proxy.example', 'https://grafana.example', 'https://proxy.example'],
  ['HTTP_PROXY', 'proxy.example', 'https://grafana.example', undefined],
])('%s=%s: %s is reached through %s', (name, value, url, proxy) => {
  vi.stubEnv(name, value);
  expect(proxyFromEnvironment(new URL(url))).toBe(proxy);
});
