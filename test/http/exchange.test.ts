import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { exchange, quote } from '../../src/http/exchange.js';
import { freePort } from '../backfill/servers.js';
import { HANG_MS } from '../support/hang.js';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const get = (url: string, timeoutMs = HANG_MS) => exchange({ method: 'GET', url, headers: {}, timeoutMs });

test('a redirect is an answer, and nobody follows it', async () => {
  const url = await serve((request, response) => {
    response.writeHead(302, { location: '/login' }).end(request.headers['user-agent']);
  });
  const outcome = await get(url);
  expect(outcome).toMatchObject({ kind: 'answer', status: 302, text: 'taiga-bugflow' });
  expect(outcome.kind === 'answer' && outcome.headers.get('location')).toBe('/login');
});

test('why there is no answer is said in a word', async () => {
  const url = await serve((_request, response) => response.destroy());
  expect(await get(url)).toMatchObject({ kind: 'failure' });
  const port = await freePort();
  expect(await get(`http://127.0.0.1:${port}`)).toMatchObject({ kind: 'failure', code: 'ECONNREFUSED' });
  // A name with more than one address fails with one error for each.
  const { reason } = (await get(`http://localhost:${port}`)) as { reason: string };
  expect(reason).toContain('ECONNREFUSED');
});

test('a server that never answers', async () => {
  const url = await serve(() => undefined);
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
});

test('a quotation is one line, and short', () => {
  expect(quote('<html>\n\t<h1>no\u0000</h1>')).toBe('<html> <h1>no </h1>');
  expect(quote('x'.repeat(1000))).toHaveLength(301);
});
