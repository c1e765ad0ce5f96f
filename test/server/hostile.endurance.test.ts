import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hash } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { folderWith } from '../unit/helpers.js';
import type { Holding, SubjectOptions } from './subject.js';
import { get, openWire, startWebServer, type Wire } from './web-server.js';

interface Subject {
  readonly port: number;
  measure(): Promise<Holding>;
  stop(): void;
}

async function startSubject(options: SubjectOptions): Promise<Subject> {
  const child = fork(fileURLToPath(new URL('./subject.ts', import.meta.url)), [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx', '--expose-gc'],
  });
  const { port } = await answerOf<{ port: number }>(child);
  return {
    port,
    measure() {
      const answer = answerOf<Holding>(child);
      child.send('measure');
      return answer;
    },
    stop: () => child.disconnect(),
  };
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`the server ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
}

const OUR_HEADERS = /\r\nx-content-type-options: nosniff\r\n/i;
const MB = 2 ** 20;

describe('a server of the real limits', () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await startSubject({ bodyBytes: 100_000 });
  });
  afterAll(() => subject?.stop());

  const ask = async (text: string | Buffer): Promise<string> => {
    const wire = await openWire(subject.port);
    wire.socket.write(text);
    return wire.ended;
  };
  const expectMemoryBelow = async (limitMb: number): Promise<void> => {
    // What was let go is given back to the system a little later.
    await expect.poll(async () => (await subject.measure()).rssMb).toBeLessThan(limitMb);
  };
  const answers = async (): Promise<void> => {
    const { status, body } = await get(subject.port, '/metrics');
    expect([status, body.length]).toEqual([200, 100_000]);
  };

  test.each([
    ['no HTTP', 'GARBAGE\r\n\r\n', 400],
    ['a version that is not there', 'GET / HTTP/9.9\r\nHost: a\r\n\r\n', 400],
    ['a zero byte in the address', 'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a zero byte in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    [
      'a length beside chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400],
    [
      'a chunk that is none',
      'POST /-/reload HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    ['folded headers', 'GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n', 400],
    ['TLS', Buffer.from('160301020001000200030345c6', 'hex'), 400],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['an expectation', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n', 417],
    ['an address that cannot be decoded', 'GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['a request without Host', 'GET /metrics HTTP/1.1\r\n\r\n', 400],
    ['too many headers', `GET / HTTP/1.1\r\nHost: a\r\n${'X: some value\r\n'.repeat(2000)}\r\n`, 431],
  ])('answers %s', async (_title, text, status) => {
    const said = await ask(text);
    expect(said).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(said).toMatch(OUR_HEADERS);
    expect(said).toMatch(/\r\nconnection: close\r\n/i);
    expect(said).not.toMatch(/node_modules|at \w+ \(/);
    await answers();
  });

  test('lets a client that wants to go on go on, and hears no CONNECT', async () => {
    expect(await ask('CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('');
    const upgrade =
      'GET /-/healthy HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n';
    expect(await ask(upgrade)).toMatch(/^HTTP\/1\.1 200 /);
    const patient =
      'POST /-/reload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    expect(await ask(patient)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  test('takes neither 10 MB of headers nor 10 MB of body, and stays small', async () => {
    const before = await subject.measure();
    const big = Buffer.alloc(10 * MB, 'x');
    const attempts = Array.from({ length: 20 }, async (_, i): Promise<string> => {
      const wire = await openWire(subject.port);
      const head = [
        'GET / HTTP/1.1\r\nHost: a\r\nX: ',
        'POST /-/reload HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 10485760\r\n\r\n',
        'POST /-/reload HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nA00000\r\n',
        'GET /',
      ][i % 4];
      wire.socket.write(head ?? '');
      wire.socket.write(big);
      return wire.ended;
    });
    await answers();
    const statuses = (await Promise.all(attempts)).map((said) => said.slice(9, 12));
    // A client that is still writing may find the connection closed before it reads the answer.
    for (const status of statuses) expect(['431', '413', '414', '']).toContain(status);
    expect(statuses).toEqual(expect.arrayContaining(['431', '413']));
    await answers();
    await expectMemoryBelow(before.rssMb + 60);
  });

  test('answers thousands of requests in one go, each of them, in their order', async () => {
    const wire = await openWire(subject.port);
    const count = 3000;
    const request = (path: string, end = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${end}\r\n`;
    wire.socket.write(
      Array.from({ length: count }, (_, i) => request(i % 2 === 0 ? '/-/healthy' : '/-/ready')).join('') +
        request('/nothing', 'Connection: close\r\n'),
    );
    const said = await wire.ended;
    expect(said.match(/\r\n\r\n(healthy|ready)/g)).toEqual(
      Array.from({ length: count }, (_, i) => `\r\n\r\n${i % 2 === 0 ? 'healthy' : 'ready'}`),
    );
    expect(said.endsWith('not found\n')).toBe(true);
  });

  test('answers one who has closed its side, and drops one who has nothing more to say', async () => {
    const whole = await openWire(subject.port);
    whole.socket.end('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await whole.ended).length).toBeGreaterThan(100_000);
    const half = await openWire(subject.port);
    half.socket.end('GET /metrics HTTP/1.1\r\nHo');
    expect(await half.ended).toMatch(/^HTTP\/1\.1 400 /);
    const silent = await Promise.all(Array.from({ length: 200 }, () => openWire(subject.port)));
    for (const { socket } of silent) socket.end();
    await Promise.all(silent.map(({ ended }) => ended));
    await expect.poll(async () => (await subject.measure()).connections).toBe(0);
  });

  test('is rid of 500 clients that dribble, and answers others meanwhile', async () => {
    const before = await subject.measure();
    const beginnings = [
      '',
      'GET /metrics HTTP/1.1\r\nHost: a\r\n',
      'POST /-/reload HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n',
    ];
    const dribblers = await Promise.all(
      Array.from({ length: 500 }, async (_, i): Promise<Wire> => {
        const wire = await openWire(subject.port);
        wire.socket.write(beginnings[i % beginnings.length] ?? '');
        return wire;
      }),
    );
    let gone = 0;
    for (const { ended } of dribblers) void ended.then(() => gone++);
    while (gone < 500) {
      for (const { socket } of dribblers) if (socket.writable) socket.write('X');
      await answers();
      await sleep(250);
    }
    // One that is still writing may find the connection closed before it reads the answer.
    const told = dribblers
      .filter((_wire, i) => i % beginnings.length === 1)
      .map(({ received }) => received())
      .find((said) => said !== '');
    expect(told).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(told).toMatch(OUR_HEADERS);
    await expect.poll(async () => (await subject.measure()).connections).toBeLessThan(5);
    await expectMemoryBelow(before.rssMb + 60);
  });
});

test('clients that ask and do not read are cut, and what they were sent is forgotten', async () => {
  const bodyBytes = 24 * MB;
  const subject = await startSubject({ limits: { responseTimeoutMs: 1000 }, bodyBytes });
  onTestFinished(() => subject.stop());
  const before = await subject.measure();
  for (let round = 0; round < 4; round++) {
    const sleepers = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const wire = await openWire(subject.port);
        wire.socket.pause();
        wire.socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
        return wire;
      }),
    );
    // One that takes a sip now and then is no better.
    const sipping = setInterval(() => void sleepers[0]?.socket.read(1), 100);
    await expect.poll(async () => (await subject.measure()).connections, { interval: 200 }).toBe(0);
    clearInterval(sipping);
    for (const { socket } of sleepers) socket.destroy();
  }
  await expect.poll(async () => (await subject.measure()).buffersMb).toBeLessThan(before.buffersMb + 10);
  await expect.poll(async () => (await subject.measure()).rssMb).toBeLessThan(before.rssMb + 120);
  // One who reads gets it all, where the machine is quick enough for that in a second.
  await expect.poll(async () => (await get(subject.port, '/metrics')).body.length).toBe(bodyBytes);
});

test('one who asks a thousand times at once and does not read is forgotten', async () => {
  const subject = await startSubject({ limits: { responseTimeoutMs: 1000 }, bodyBytes: 200_000 });
  onTestFinished(() => subject.stop());
  const before = await subject.measure();
  const wire = await openWire(subject.port);
  wire.socket.pause();
  wire.socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000));
  await expect.poll(async () => (await subject.measure()).connections, { interval: 200 }).toBe(0);
  await expect.poll(async () => (await subject.measure()).buffersMb).toBeLessThan(before.buffersMb + 10);
  // There was something to forget.
  expect(200_000 * (await subject.measure()).bodies).toBeGreaterThan(100 * MB);
});

test('guessers do not keep the server busy, nor its memory', async () => {
  const folder = await folderWith({
    'web.yaml': `basic_auth_users: { anna: '${await hash('geheim', 8)}' }`,
  });
  const subject = await startSubject({ bodyBytes: 1000, configFile: join(folder, 'web.yaml') });
  onTestFinished(() => subject.stop());
  const auth = 'anna:geheim';
  expect((await get(subject.port, '/metrics', { auth })).status).toBe(200);
  const before = await subject.measure();
  const statuses = new Map<number, number>();
  const guess = async (i: number): Promise<void> => {
    const { status } = await get(subject.port, '/metrics', { auth: `anna:guess${i}` });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  for (let round = 0; round < 5; round++) {
    const guesses = Array.from({ length: 100 }, (_, i) => guess(round * 100 + i));
    expect((await get(subject.port, '/metrics', { auth })).status).toBe(200);
    await Promise.all(guesses);
  }
  expect([...statuses.keys()].toSorted()).toEqual([401, 429]);
  await expect.poll(async () => (await subject.measure()).rssMb).toBeLessThan(before.rssMb + 60);
});

test('no more connections than there may be; those that stand go on', async () => {
  const { port } = await startWebServer({ maxConnections: 10 });
  const wires = await Promise.all(Array.from({ length: 10 }, () => openWire(port)));
  const eleventh = await openWire(port);
  expect(await eleventh.ended).toBe('');
  for (const { socket } of wires)
    socket.write('GET /-/healthy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  for (const said of await Promise.all(wires.map(({ ended }) => ended))) expect(said).toContain('healthy');
  expect((await get(port, '/-/healthy')).status).toBe(200);
});
