import { createHmac } from 'node:crypto';
import { hash } from '@node-rs/bcrypt';
import { beforeAll, describe, expect, test } from 'vitest';
import { html } from '../../src/base/html.js';
import type { Route } from '../../src/server/route.js';
import { startWebServer, type WebServer } from './web-server.js';

const SECRET = 'shared with whoever calls';
const auth = 'anna:geheim';

/** Of a part of its own: a page, and an endpoint that knows by a signature who calls it. */
const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/reports',
    login: 'login',
    link: { name: 'reports', meaning: 'what happened <lately>' },
    handle: () => ({ page: { title: 'Reports', content: html`<p>none</p>` } }),
  },
  {
    method: 'GET',
    path: '/reports/:name',
    login: 'login',
    handle: ({ params, query }) => ({
      status: params.name === 'none' ? 404 : 200,
      page: { title: 'Report', content: html`<p>${params.name} of ${String(query.project)}</p>` },
    }),
  },
  {
    method: 'POST',
    path: '/hooks/signed',
    login: 'none',
    bodyLimitBytes: 4096,
    handle({ headers, body }) {
      const signature = createHmac('sha256', SECRET).update(body).digest('hex');
      const isKnown = headers['x-signature'] === signature;
      return {
        status: isKnown ? 200 : 403,
        contentType: 'text/plain',
        body: isKnown ? body : 'who are you?\n',
      };
    },
  },
  {
    method: 'POST',
    path: '/hooks/small',
    login: 'login',
    handle: ({ body }) => ({ contentType: 'text/plain', body: `${body.length}` }),
  },
  {
    method: 'GET',
    path: '/broken',
    login: 'none',
    handle: () => {
      throw new Error('a secret');
    },
  },
];

let users: string;

beforeAll(async () => {
  users = `basic_auth_users: { anna: '${await hash('geheim', 4)}' }\n`;
});

const serve = (webFile?: string): Promise<WebServer> =>
  startWebServer({ webFile, sources: { routes: ROUTES } });

describe("a part's page", () => {
  test('gets what varies in its path, and what is asked', async () => {
    const answer = await (await serve()).get('/reports/week?project=shop');
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY' },
    });
    expect(answer.body).toContain('<title>Report · taiga-bugflow</title>');
    expect(answer.body).toContain('<p>week of shop</p>');
    expect((await (await serve()).get('/reports/none')).status).toBe(404);
  });

  test('is linked from every page, and explained on the status page', async () => {
    const server = await serve();
    for (const path of ['/status', '/collectors', '/runbooks', '/reports/week'])
      expect((await server.get(path)).body, path).toContain('<a href="/reports">reports</a>');
    expect((await server.get('/status')).body).toContain('what happened &#60;lately&#62;');
  });
});

describe('where people log in', () => {
  test.each(['/reports/week', '/broken/', '/hooks/signed', '/nothing'])(
    '%s is behind the login',
    async (path) => {
      const server = await serve(users);
      const stranger = await server.get(path);
      expect([stranger.status, stranger.body]).toEqual([401, 'log in to see this\n']);
      expect((await server.get(path, { auth })).status).toBe(path === '/reports/week' ? 200 : 404);
    },
  );

  test('a body is not read before somebody has logged in', async () => {
    const server = await serve(users);
    const body = 'x'.repeat(100_000);
    expect((await server.get('/hooks/small', { method: 'POST', body })).status).toBe(401);
    expect((await server.get('/hooks/small', { method: 'POST', body, auth })).status).toBe(413);
  });

  test('an endpoint without a login is there for whoever signs', async () => {
    const server = await serve(users);
    // No JSON, however it is called: the bytes count.
    const body = '{ "text":  "it\'s\\u0020broken" ';
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain', '']) {
      const headers = { 'x-signature': signature, ...(type && { 'content-type': type }) };
      const answer = await server.get('/hooks/signed', { method: 'POST', body, headers });
      expect([answer.status, answer.body], type).toEqual([200, body]);
    }
    const forged = await server.get('/hooks/signed', {
      method: 'POST',
      body,
      headers: { 'x-signature': signature.replace(/./, 'x') },
    });
    expect([forged.status, forged.body]).toEqual([403, 'who are you?\n']);
    expect(forged.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  });

  test('HEAD is as open as GET', async () => {
    const server = await serve(users);
    expect((await server.get('/broken', { method: 'HEAD' })).status).toBe(500);
    expect((await server.get('/reports/week', { method: 'HEAD' })).status).toBe(401);
  });

  test('none of the service opens one', async () => {
    const server = await startWebServer({ webFile: users });
    for (const path of [
      '/status',
      '/collectors',
      '/runbooks',
      '/runbooks/X',
      '/metrics',
      '/-/healthy',
      '/-/ready',
    ])
      for (const method of ['GET', 'HEAD'])
        expect((await server.get(path, { method })).status, path).toBe(401);
  });
});

test('each has its own limit of bodies', async () => {
  const server = await serve();
  const post = async (path: string, bytes: number): Promise<number> =>
    (await server.get(path, { method: 'POST', body: 'x'.repeat(bytes) })).status;
  expect([await post('/hooks/signed', 4096), await post('/hooks/signed', 4097)]).toEqual([403, 413]);
  expect([await post('/hooks/small', 1024), await post('/hooks/small', 1025)]).toEqual([200, 413]);
});

test('without a body there are no bytes', async () => {
  const answer = await (await serve()).get('/hooks/small', { method: 'POST' });
  expect([answer.status, answer.body]).toEqual([200, '0']);
});

test('what a handler throws is told to the log alone', async () => {
  const server = await serve();
  const answer = await server.get('/broken');
  expect([answer.status, answer.body]).toEqual([500, 'internal error\n']);
  expect(server.logged.join('')).toContain('request failed: a secret');
});
