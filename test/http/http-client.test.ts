import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Outcome, quote } from '../../src/http/exchange.js';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../src/http/http-client.js';
import type { Attempt, RetryPolicy } from '../../src/http/retry.js';
import { freePort } from '../backfill/servers.js';
import { HANG_MS } from '../support/hang.js';
import { serve } from './servers.js';

const QUICK: RetryPolicy = { firstMs: 5, longestMs: 20, giveUpAfterMs: HANG_MS, requestTimeoutMs: HANG_MS };
const PASSWORD = 'Geh3im/und@lang';

function clientWith(options: HttpClientOptions = {}): HttpClient {
  const client = createHttpClient(options);
  onTestFinished(() => client.close());
  return client;
}
const get = (url: string, timeoutMs = HANG_MS, client = clientWith()): Promise<Outcome> =>
  client.attempt({ method: 'GET', url, timeoutMs });

describe('one attempt', () => {
  test('a redirect is an answer, and nobody follows it', async () => {
    const elsewhere: unknown[] = [];
    const other = await serve((request, response) => {
      elsewhere.push(request.headers);
      response.end();
    });
    const url = await serve((request, response) => {
      response.writeHead(302, { location: `${other}/login` }).end(request.headers['user-agent']);
    });
    const outcome = await get(url.replace('http://', 'http://user:secret@'));
    expect(outcome).toMatchObject({ kind: 'answer', status: 302, text: 'taiga-bugflow' });
    expect(outcome.kind === 'answer' && outcome.header('location')).toBe(`${other}/login`);
    expect(elsewhere).toEqual([]);
  });

  test('credentials in the address become a header', async () => {
    const url = await serve((request, response) => response.end(request.headers.authorization));
    const text = async (address: string): Promise<string> => {
      const outcome = await get(address);
      return outcome.kind === 'answer' ? outcome.text : outcome.reason;
    };
    expect(await text(url.replace('http://', 'http://ann:s%40crt@'))).toBe(
      `Basic ${Buffer.from('ann:s@crt').toString('base64')}`,
    );
    expect(await text(url.replace('http://', 'http://bearer:abc@'))).toBe('Bearer abc');
  });

  test('why there is no answer is said in a word', async () => {
    const url = await serve((_request, response) => response.destroy());
    expect(await get(url)).toMatchObject({ kind: 'failure' });
    const port = await freePort();
    expect(await get(`http://127.0.0.1:${port}`)).toMatchObject({ kind: 'failure', code: 'ECONNREFUSED' });
    // A name with more than one address fails with one error for each.
    const { reason } = (await get(`http://localhost:${port}`)) as { reason: string };
    expect(reason).toContain('ECONNREFUSED');
    expect(await get('ftp://127.0.0.1/')).toMatchObject({ kind: 'failure' });
  });

  test('a connection that is reset in the middle of the answer is a failure', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.socket?.resetAndDestroy());
    });
    expect(await get(url)).toMatchObject({ kind: 'failure' });
  });

  test.each([
    ['never answers', (): void => undefined],
    [
      'never ends its answer',
      (_: unknown, response: { write(text: string): void }): void => response.write('a'),
    ],
  ])('a server that %s', async (_, listener) => {
    const url = await serve(listener);
    expect(await get(url, 50)).toEqual({
      kind: 'failure',
      reason: 'no answer within 0.05 s',
      code: 'ETIMEDOUT',
    });
  });

  test('an answer that never ends is not kept', async () => {
    const url = await serve((_request, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(2 ** 20)));
        response.once('drain', more);
      };
      more();
    });
    expect(await get(url)).toMatchObject({ kind: 'failure', reason: 'its answer is larger than 32 MiB' });
    expect(await get(url, HANG_MS, clientWith({ maxBytes: 2 ** 20 }))).toMatchObject({
      reason: 'its answer is larger than 1 MiB',
    });
  });

  test('is ended by its signal, with the signal’s own reason', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort(new Error('stopped')));
    await expect(get(url, HANG_MS, clientWith({ signal: stop.signal }))).rejects.toThrow('stopped');
  });

  test('a server that does not take connections has a limit of its own', async () => {
    // Its handshake never ends: it takes the connection, and says nothing that TLS could go on with.
    const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const client = clientWith({ connectTimeoutMs: 50 });
    expect(await get(`https://127.0.0.1:${port}`, HANG_MS, client)).toEqual({
      kind: 'failure',
      reason: 'no connection within 0.05 s',
      code: 'UND_ERR_CONNECT_TIMEOUT',
    });
  });
});

describe('secrets', () => {
  test('an answer that quotes the request shows none of them', async () => {
    const url = await serve((request, response) => {
      const { authorization = '' } = request.headers;
      const [, password = ''] = Buffer.from(authorization.slice(6), 'base64').toString().split(':');
      response.writeHead(400).end(`${authorization} ${password} ${encodeURIComponent(password)} hook-123`);
    });
    const outcome = await get(
      url.replace('http://', `http://ann:${encodeURIComponent(PASSWORD)}@`),
      HANG_MS,
      clientWith({ secrets: ['hook-123'] }),
    );
    expect(outcome).toMatchObject({ quote: 'Basic … … … …' });
  });

  test('nor does a failure', async () => {
    const client = clientWith({
      proxyFor: () => {
        throw new Error(`cannot parse http://ann:${PASSWORD}@proxy, hook-123`);
      },
      secrets: ['hook-123'],
    });
    const outcome = await get('http://grafana.example/', HANG_MS, client);
    expect(outcome).toEqual({
      kind: 'failure',
      reason: expect.stringMatching(/^cannot parse http:\/\/.*…/),
      code: undefined,
    });
    expect(JSON.stringify(outcome)).not.toContain('hook-123');
  });
});

describe('again and again', () => {
  const untilGood = (outcome: Outcome): Attempt<string> => {
    if (outcome.kind === 'failure') return { again: outcome.reason };
    return outcome.status === 200 ? { value: outcome.text } : { again: `${outcome.status} ${outcome.quote}` };
  };

  test('until it is good, waiting as the answer says', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      if (requests === 1) response.writeHead(429, { 'retry-after': '0' }).end('slow down');
      else if (requests === 2) response.writeHead(503, { 'retry-after': new Date(0).toUTCString() }).end();
      else if (requests === 3) response.socket?.resetAndDestroy();
      else response.end('good');
    });
    const waits: [string, number][] = [];
    const value = await clientWith().send({ method: 'GET', url, timeoutMs: HANG_MS }, untilGood, {
      policy: QUICK,
      onWait: (reason, ms) => waits.push([reason, ms]),
      giveUp: (reason) => new Error(reason),
    });
    expect(value).toBe('good');
    expect(waits.slice(0, 2).map(([reason]) => reason)).toEqual(['429 slow down', '503 ']);
    expect(waits).toHaveLength(3);
    // Who says "at once" is asked by the backoff all the same.
    for (const [, ms] of waits) expect(ms).toBeGreaterThan(0);
  });

  test.each([
    ['seconds', () => '3600'],
    ['a date', () => new Date(Date.now() + 3_600_000).toUTCString()],
  ])('not when the answer asks for more patience than there is, in %s', async (_, retryAfter) => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(429, { 'retry-after': retryAfter() }).end('later');
    });
    const sending = clientWith().send({ method: 'GET', url, timeoutMs: HANG_MS }, untilGood, {
      policy: { ...QUICK, giveUpAfterMs: 60_000 },
      giveUp: (reason) => new Error(`given up: ${reason}`),
    });
    await expect(sending).rejects.toThrow(/^given up: 429 later; it asks to wait for 3\d{3} s$/);
    expect(requests).toBe(1);
  });

  test('not after the client’s signal, which ends the waiting', async () => {
    const stop = new AbortController();
    const url = await serve((_request, response) => response.writeHead(503).end());
    const sending = clientWith({ signal: stop.signal }).send(
      { method: 'GET', url, timeoutMs: HANG_MS },
      untilGood,
      {
        policy: { ...QUICK, firstMs: 3_600_000, longestMs: 3_600_000, giveUpAfterMs: 7_200_000 },
        onWait: () => stop.abort(new Error('stopped')),
        giveUp: (reason) => new Error(reason),
      },
    );
    await expect(sending).rejects.toThrow('stopped');
  });
});

test('a quotation is one line, and short', () => {
  expect(quote('<html>\n\t<h1>no\u0000</h1>')).toBe('<html> <h1>no </h1>');
  expect(quote('x'.repeat(1000))).toHaveLength(301);
});
