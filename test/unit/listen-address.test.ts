import { networkInterfaces } from 'node:os';
import fastify from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseListenAddress } from '../../src/config/listen-address.js';
import { parseListen } from '../../src/main/arguments.js';
import { listen } from '../../src/main/listen.js';
import { errorOf } from './helpers.js';

describe('an address to listen on', () => {
  test.each([
    ['127.0.0.1:10284', '127.0.0.1', 10284],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['bugflow.example.org:65535', 'bugflow.example.org', 65535],
    ['[::]:10284', '::', 10284],
    ['[::1]:80', '::1', 80],
    ['[fe80::1%eth0]:80', 'fe80::1%eth0', 80],
    ['*:10284', '*', 10284],
    [':10284', '*', 10284],
    [' *:10284\n', '*', 10284],
  ])('%j', (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ host, port });
  });

  test.each([
    ['10284', 'write a host before the port'],
    ['0.0.0.0', 'it has no port'],
    ['localhost', 'it has no port'],
    ['localhost:', 'it has no port'],
    ['*', 'it has no port'],
    ['[::]', 'it has no port'],
    ['::', 'in brackets'],
    ['::1', 'in brackets'],
    ['::1:10284', 'in brackets'],
    ['*:65536', 'a port is a number from 0 to 65535'],
    ['localhost:http', 'write HOST:PORT'],
    ['[::]:99999', 'a port is a number from 0 to 65535'],
    ['http://0.0.0.0:10284', 'no web address'],
    ['unix:/run/bugflow.sock', 'no web address or path'],
    ['', 'write HOST:PORT'],
    ['a b:1:2', 'write HOST:PORT'],
  ])('%j is none', (text, problem) => {
    expect(parseListenAddress(text)).toContain(problem);
  });

  test("of the demo's database", () => {
    expect(parseListen('*:5432')).toEqual({ host: '0.0.0.0', port: 5432 });
    expect(() => parseListen('5432')).toThrow('127.0.0.1:5432 (only this machine)');
  });
});

async function listenOn(host: string): Promise<string> {
  const server = fastify();
  server.get('/', async () => 'here');
  onTestFinished(() => server.close());
  return listen(server, { host, port: 0 }, 'http', '/etc/bugflow.yaml');
}

test('* is every address of this machine', async () => {
  const port = new URL(await listenOn('*')).port;
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const local = addresses.flatMap(({ address, family, internal }) =>
    internal ? [family === 'IPv6' ? `[${address}]` : address] : [],
  );
  expect(local).toContain('127.0.0.1');
  for (const host of local) expect(await (await fetch(`http://${host}:${port}/`)).text()).toBe('here');
});

test.each([
  [
    'no-such-host.invalid',
    /^\/etc\/bugflow\.yaml: cannot listen on no-such-host\.invalid:0: .*name.* `listen`$/,
  ],
  ['203.0.113.7', /cannot listen on 203\.0\.113\.7:0: this machine has no such address; fix `listen`$/],
  // Where there is no IPv6 at all, that is said.
  ['fe80::7', /cannot listen on \[fe80::7\]:0: (the address needs its zone|this machine has no).*`listen`$/],
])('%s cannot be listened on, and it is said why', async (host, message) => {
  const error = await errorOf(listenOn(host));
  expect(error.code).toBe('SERVER_ADDRESS');
  expect(error.message).toMatch(message);
});
