import { Agent } from 'node:http';
import { hash } from '@node-rs/bcrypt';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../../src/server/authentication/authenticator.js';
import { createBoundedQueue } from '../../src/server/authentication/bounded-queue.js';
import { deferred } from '../unit/helpers.js';
import { DATA, openWire, startWebServer, type WebServer } from './web-server.js';

const TOKEN = 'tolstoy-4711';
let users: string;

beforeAll(async () => {
  users = `basic_auth_users:\n  anna: '${await hash('geheim', 6)}'\n  "42": '${await hash('a:b:ü', 4)}'\n`;
});

const start = (webFile: string): Promise<WebServer> =>
  startWebServer({
    webFile,
    files: { token: `${TOKEN}\n`, 'other-token': 'x' },
    sources: { reload: async () => undefined },
  });
const bearer = 'bearer_token_files: [token, other-token]\n';

/** Every route of the server, as `printRoutes` draws them, and some paths that are none. */
function routesOf({ fastify }: WebServer): { method: string; path: string }[] {
  const tree = fastify.printRoutes({ commonPrefix: false });
  const above: string[] = [];
  return [...tree.matchAll(/^(.*)── (\S+) \(([^)]+)\)/gm)].flatMap(
    ([, indent = '', end = '', methods = '']) => {
      const depth = Math.floor(indent.length / 4);
      above.length = depth;
      above.push(end);
      const path = above.join('').replace(/^(?!\/)/, '/');
      return methods.split(', ').map((method) => ({ method, path }));
    },
  );
}

describe('without a login', () => {
  test.each(['users', 'tokens', 'both'])('no route answers (%s)', async (kind) => {
    const server = await start((kind === 'tokens' ? '' : users) + (kind === 'users' ? '' : bearer));
    const routes = routesOf(server);
    expect(routes).toEqual(
      expect.arrayContaining([
        { method: 'GET', path: '/metrics' },
        { method: 'HEAD', path: '/metrics' },
        { method: 'POST', path: '/-/reload' },
        { method: 'GET', path: '/collectors' },
        { method: 'GET', path: '/runbooks' },
        { method: 'GET', path: '/runbooks/:alert' },
        { method: 'GET', path: '/-/healthy' },
      ]),
    );
    const others = [
      '/nothing',
      '/metrics/',
      '/%',
      '/%zz',
      '/metrics?x=1',
      '/runbooks/TaigaWorkStale?project=webshop',
      '//',
      '/-/',
      `/${'a'.repeat(3000)}`,
    ];
    const everything = [
      ...routes,
      ...others.map((path) => ({ method: 'GET', path })),
      ...['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PATCH'].map((method) => ({
        method,
        path: '/metrics',
      })),
    ];
    for (const { method, path } of everything) {
      const answer = await server.get(path, { method });
      const name = `${method} ${path}`;
      expect([name, answer.status]).toEqual([name, 401]);
      expect(answer.body, name).not.toMatch(DATA);
      expect(answer.body.length, name).toBeLessThan(30);
      expect(answer.headers, name).toMatchObject({ 'x-content-type-options': 'nosniff' });
      expect(answer.headers.connection).toBe('close');
      const challenge = {
        users: 'Basic realm="taiga-bugflow", charset="UTF-8"',
        tokens: 'Bearer realm="taiga-bugflow"',
        both: 'Basic realm="taiga-bugflow", charset="UTF-8", Bearer realm="taiga-bugflow"',
      }[kind];
      expect(answer.headers['www-authenticate']).toBe(challenge);
    }
  });

  test('a body that is too large, or of a strange type, is not looked at', async () => {
    const server = await start(users);
    for (const type of ['text/plain', 'application/json', 'x']) {
      const headers = { 'content-type': type };
      const answer = await server.get('/-/reload', { method: 'POST', headers, body: '{'.repeat(5000) });
      expect(answer.status).toBe(401);
    }
  });
});

describe('with a login', () => {
  test.each([
    ['anna:geheim', 200],
    ['42:a:b:ü', 200],
    ['anna:geheim ', 401],
    ['anna:', 401],
    ['anna', 401],
    [':geheim', 401],
    ['Anna:geheim', 401],
    // The password of another.
    ['42:geheim', 401],
    ['__proto__:geheim', 401],
    ['nobody:geheim', 401],
    ['anna:geheim\0', 401],
  ])('user and password %j: %i', async (credentials, status) => {
    const server = await start(users);
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    for (const path of ['/metrics', '/status', '/-/healthy']) {
      const answer = await server.get(path, { headers: { authorization } });
      expect(answer.status).toBe(status);
      if (status === 401) expect(answer.body).not.toMatch(DATA);
    }
  });

  test.each([
    [`Bearer ${TOKEN}`, 200],
    ['bearer x', 200],
    [`Bearer  ${TOKEN}`, 200],
    [`Bearer ${TOKEN}x`, 401],
    ['Bearer ', 401],
    ['Bearer', 401],
    [TOKEN, 401],
    [`Basic ${TOKEN}`, 401],
    ['Basic', 401],
    ['Basic !!!', 401],
    ['Digest username="anna"', 401],
    ['', 401],
  ])('the header %j: %i', async (authorization, status) => {
    const server = await start(users + bearer);
    expect((await server.get('/metrics', { headers: { authorization } })).status).toBe(status);
  });

  test('a token is no password and a user no token, where only the other counts', async () => {
    const onlyUsers = await start(users);
    expect((await onlyUsers.get('/metrics', { token: TOKEN })).status).toBe(401);
    const onlyTokens = await start(bearer);
    expect((await onlyTokens.get('/metrics', { auth: 'anna:geheim' })).status).toBe(401);
    expect((await onlyTokens.get('/metrics', { token: TOKEN })).status).toBe(200);
  });

  test('what is not there, and what is no address, is said only to who is let in', async () => {
    const server = await start(users);
    const auth = 'anna:geheim';
    expect(await server.get('/nothing', { auth })).toMatchObject({ status: 404, body: 'not found\n' });
    const bad = await server.get('/%zz', { auth });
    expect(bad).toMatchObject({ status: 400, body: 'bad request\n' });
    expect(bad.headers).toMatchObject({ 'x-frame-options': 'DENY' });
  });

  test('the connection is kept for the next scrape', async () => {
    const server = await start(users);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 3; i++) await server.get('/metrics', { auth: 'anna:geheim', agent });
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
    agent.destroy();
  });

  test('a request over HTTP/1.1 without Host is refused with our headers', async () => {
    const { port } = await startWebServer();
    const wire = await openWire(port);
    wire.socket.write('GET /metrics HTTP/1.1\r\n\r\n');
    expect(await wire.ended).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*x-frame-options: DENY[\s\S]*the Host header is missing/i,
    );
  });
});

describe('passwords', () => {
  const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;

  test('are checked once, and then known', async () => {
    const authenticator = createAuthenticator({
      users: new Map([['anna', await hash('geheim', 4)]]),
      tokens: [],
    });
    const first = authenticator?.check(basic('anna:geheim'), '1');
    expect(first).toBeInstanceOf(Promise);
    // The same at the same time is the same check.
    expect(authenticator?.check(basic('anna:geheim'), '2')).toBe(first);
    expect(await first).toBe('granted');
    expect(authenticator?.check(basic('anna:geheim'), '1')).toBe('granted');
    const wrong = authenticator?.check(basic('anna:geheim2'), '1');
    expect(wrong).toBeInstanceOf(Promise);
    expect(await wrong).toBe('refused');
    expect(authenticator?.check(basic('anna:geheim2'), '1')).toBeInstanceOf(Promise);
    expect(authenticator?.check(basic('anna:geheim'), '1')).toBe('granted');
  });

  test('of unknown users are checked like those of known ones', async () => {
    const authenticator = createAuthenticator({
      users: new Map([['anna', await hash('geheim', 4)]]),
      tokens: [],
    });
    const unknown = authenticator?.check(basic('nobody:geheim'), '1');
    // Not at once, though nobody has such a name; and not let in, though the password is one.
    expect(unknown).toBeInstanceOf(Promise);
    expect(await unknown).toBe('refused');
    expect(authenticator?.check(basic('nobody:geheim'), '1')).toBeInstanceOf(Promise);
  });

  test('guessers get 429 while those who are known go on', async () => {
    const server = await start(`basic_auth_users: { anna: '${await hash('geheim', 12)}' }`);
    expect((await server.get('/metrics', { auth: 'anna:geheim' })).status).toBe(200);
    const guesses = Array.from({ length: 60 }, (_, i) => server.get('/metrics', { auth: `anna:guess${i}` }));
    for (let i = 0; i < 5; i++)
      expect((await server.get('/metrics', { auth: 'anna:geheim' })).status).toBe(200);
    const answers = await Promise.all(guesses);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect(answers.find(({ status }) => status === 429)?.headers).toMatchObject({
      'retry-after': '1',
      connection: 'close',
    });
    expect(server.logged.join('')).not.toContain('guess');
  });
});

describe('the queue of password checks', () => {
  test('lets two in at a time, in the order in which they came', async () => {
    const queue = createBoundedQueue();
    const work = [0, 1, 2, 3].map(() => deferred());
    const begun: number[] = [];
    const done = work.map(({ promise }, i) =>
      queue.enter('1', () => {
        begun.push(i);
        return promise;
      }),
    );
    await expect.poll(() => begun).toEqual([0, 1]);
    work[1]?.resolve();
    await done[1];
    await expect.poll(() => begun).toEqual([0, 1, 2]);
    work[0]?.reject(new Error('broken'));
    await expect(done[0]).rejects.toThrow('broken');
    await expect.poll(() => begun).toEqual([0, 1, 2, 3]);
  });

  test('has few places, and fewer for one address, which become free again', async () => {
    const queue = createBoundedQueue();
    const gate = deferred();
    const enter = (address: string) => queue.enter(address, () => gate.promise);
    const entered: Promise<void>[] = [];
    const tryToEnter = (address: string): boolean => {
      const turn = enter(address);
      if (turn) entered.push(turn);
      return turn !== undefined;
    };
    const of = (address: string): number =>
      Array.from({ length: 20 }, () => tryToEnter(address)).filter(Boolean).length;
    expect(of('a')).toBe(8);
    expect([of('b'), of('c'), of('d'), of('e')]).toEqual([8, 8, 8, 0]);
    gate.resolve();
    await Promise.all(entered);
    expect(of('e')).toBe(8);
  });
});
