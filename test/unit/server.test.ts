import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BugflowError } from '../../src/base/errors.js';
import type { CollectorRunner } from '../../src/collectors/runner.js';
import { createExposition } from '../../src/exposition/exposition.js';
import { toSampleFamily } from '../../src/exposition/sample-families.js';
import { createServer } from '../../src/server/server.js';
import { openWeb } from '../../src/server/web.js';
import { parseExposition } from '../support/exposition-parser.js';
import { type ServerSources, serverOptions } from '../support/server-options.js';
import { items, runnerWith } from './helpers.js';

async function serve(change: Partial<ServerSources> = {}): Promise<ReturnType<typeof createServer>> {
  const exposition = await createExposition();
  await exposition.publish('items', [toSampleFamily(items(3))]);
  const log = pino({ level: 'silent' });
  const web = await openWeb({ configFile: undefined, maxConnections: 100 }, { log });
  const server = createServer({
    ...(await serverOptions(change)),
    exposition,
    web,
    log,
  });
  onTestFinished(() => server.close());
  return server;
}

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

describe('/metrics', () => {
  test('is the text format, plain, for a client that does not ask', async () => {
    const response = await (await serve()).inject('/metrics');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe(TEXT);
    expect(response.headers['content-encoding']).toBeUndefined();
    expect(response.headers.vary).toBe('accept, accept-encoding');
    expect(response.body).toBe(
      '# HELP team_items Items.\n# TYPE team_items gauge\nteam_items{project="webshop"} 3\n',
    );
  });

  test('is OpenMetrics for one that asks', async () => {
    const server = await serve();
    const response = await server.inject({
      url: '/metrics',
      headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' },
    });
    expect(response.headers['content-type']).toBe(OPENMETRICS);
    expect(parseExposition(response.body, 'openmetrics')).toHaveLength(1);
  });

  test.each([
    ['text/plain', TEXT],
    ['application/openmetrics-text', OPENMETRICS],
  ])('is zipped for one that takes it: %s', async (accept, contentType) => {
    const server = await serve();
    const headers = { accept };
    const plain = await server.inject({ url: '/metrics', headers });
    const zipped = await server.inject({
      url: '/metrics',
      headers: { ...headers, 'accept-encoding': 'gzip, br' },
    });
    expect(zipped.headers['content-type']).toBe(contentType);
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.headers['content-length']).toBe(String(zipped.rawPayload.length));
    expect(gunzipSync(zipped.rawPayload)).toEqual(plain.rawPayload);
  });

  test('is not zipped for one that refuses it', async () => {
    const server = await serve();
    const response = await server.inject({ url: '/metrics', headers: { 'accept-encoding': 'gzip;q=0' } });
    expect(response.headers['content-encoding']).toBeUndefined();
  });

  test('HEAD has the same headers and no body', async () => {
    const server = await serve();
    const get = await server.inject('/metrics');
    const head = await server.inject({ method: 'HEAD', url: '/metrics' });
    expect([head.statusCode, head.body]).toEqual([200, '']);
    expect(head.headers['content-type']).toBe(TEXT);
    expect(head.headers['content-length']).toBe(String(get.rawPayload.length));
  });

  test('stays 200 while collectors fail', async () => {
    const server = await serve({ runners: () => [runnerWith({}, { up: false, lastError: 'down' })] });
    expect((await server.inject('/metrics')).statusCode).toBe(200);
  });
});

describe('/-/healthy and /-/ready', () => {
  test('healthy as long as it answers', async () => {
    const response = await (await serve({ databaseUp: () => false })).inject('/-/healthy');
    expect([response.statusCode, response.body]).toEqual([200, 'healthy\n']);
  });

  test('ready once every collector has run', async () => {
    const runners: CollectorRunner[] = [
      runnerWith({ name: 'issues' }, { settled: false }),
      runnerWith({ name: 'items' }, { settled: true }),
      runnerWith({ name: 'wip' }, { settled: false }),
    ];
    const server = await serve({ runners: () => runners });
    const before = await server.inject('/-/ready');
    expect([before.statusCode, before.body]).toEqual([
      503,
      'not ready: waiting for the first run of issues, wip\n',
    ]);
    runners.length = 0;
    runners.push(runnerWith({ name: 'items' }, { settled: true, up: false, lastError: 'its SQL is wrong' }));
    const after = await server.inject('/-/ready');
    expect([after.statusCode, after.body]).toEqual([200, 'ready\n']);
  });
});

describe('/-/reload', () => {
  const post = { method: 'POST', url: '/-/reload' } as const;

  test('is off unless somebody opts in', async () => {
    const response = await (await serve()).inject(post);
    expect([response.statusCode, response.body]).toEqual([
      403,
      'the reload endpoint is off; set reload_endpoint: true, or send SIGHUP\n',
    ]);
  });

  test('loads the configuration', async () => {
    let loads = 0;
    const server = await serve({ reload: async () => void loads++ });
    const response = await server.inject(post);
    expect([response.statusCode, response.body, loads]).toEqual([200, 'configuration loaded\n', 1]);
  });

  test('says what is wrong with it', async () => {
    const server = await serve({
      reload: async () => {
        throw new BugflowError('CONFIG_INVALID', 'unknown key "x"', { place: { file: 'c.yaml', line: 3 } });
      },
    });
    const response = await server.inject(post);
    expect([response.statusCode, response.body]).toEqual([400, 'c.yaml:3: unknown key "x"\n']);
    expect(response.headers['content-type']).toMatch(/^text\/plain/);
  });

  test('cannot be set off by a link', async () => {
    const server = await serve({ reload: async () => undefined });
    expect((await server.inject('/-/reload')).statusCode).toBe(404);
  });
});

describe('everything else', () => {
  test.each(['/nothing', '/metrics/', '/..%2f..%2fetc/passwd', '/collectors/<script>'])(
    '%s is not found',
    async (url) => {
      const response = await (await serve()).inject(url);
      expect([response.statusCode, response.body]).toEqual([404, 'not found\n']);
      expect(response.headers['content-type']).toMatch(/^text\/plain/);
    },
  );

  test('an error of ours is told to the log and not to the client', async () => {
    const server = await serve({
      runners: () => {
        throw new Error('a secret');
      },
    });
    const response = await server.inject('/collectors');
    expect([response.statusCode, response.body]).toEqual([500, 'internal error\n']);
  });

  test('a body that is too large is refused', async () => {
    const server = await serve({ reload: async () => undefined });
    const response = await server.inject({
      method: 'POST',
      url: '/-/reload',
      headers: { 'content-type': 'text/plain' },
      payload: 'x'.repeat(5000),
    });
    expect(response.statusCode).toBe(413);
  });

  test.each(['/status', '/collectors', '/runbooks', '/runbooks/Nothing', '/metrics', '/-/ready', '/nothing'])(
    '%s is sent with the headers that keep browsers careful',
    async (url) => {
      const { headers } = await (await serve()).inject(url);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy':
          "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      });
    },
  );
});
