import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import type { SshConfig } from '../../src/config/ssh-section.js';
import { type Hop, resolveRoute } from '../../src/ssh/route.js';
import { eventually } from '../support/eventually.js';
import { errorOf, folderWith } from '../unit/helpers.js';

const SSH_CONFIG_FILE = new URL('../../src/ssh/ssh-config-file.ts', import.meta.url).href;

interface Given {
  readonly ssh: string;
  readonly sshConfig?: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function configOf({ ssh, sshConfig, env = {} }: Given): Promise<SshConfig> {
  const folder = await folderWith({
    'config.yaml': `database: { url: postgres://reader@localhost/taiga }\nssh:\n${ssh.replace(/^/gm, '  ')}\n`,
    ...(sshConfig === undefined ? {} : { 'home/.ssh/config': sshConfig }),
  });
  const { ssh: config } = await loadConfig({
    file: join(folder, 'config.yaml'),
    env: { HOME: join(folder, 'home'), ...env },
  });
  if (!config) throw new Error('no ssh');
  return config;
}

/** OpenSSH's own client where it is installed, and what stands in for it. */
const CLIENTS = [...(hasSsh() ? ['ssh'] : []), 'no-such-ssh'];
let client = 'ssh';

function hasSsh(): boolean {
  return spawnSync('ssh', ['-V']).status === 0;
}

async function routeOf(given: Given): Promise<readonly Hop[]> {
  return resolveRoute(await configOf(given), client);
}

const labels = (hops: readonly Hop[]): string[] => hops.map(({ label }) => label);

describe.each(CLIENTS)('the way to the last SSH server, as %s reads it', (name) => {
  beforeEach(() => {
    client = name;
  });

  test('without a configuration of OpenSSH', async () => {
    expect(labels(await routeOf({ ssh: 'host: db.example.org\nuser: ann' }))).toEqual([
      'ann@db.example.org:22',
    ]);
    expect(labels(await routeOf({ ssh: 'host: "2001:db8::7"\nuser: ann\nport: 2222' }))).toEqual([
      'ann@[2001:db8::7]:2222',
    ]);
  });

  test('an alias stands for host, port, user and keys; the first value of a key holds', async () => {
    const sshConfig = `
# comment
Host taiga *.internal !secret.internal
  HostName %h.example.org
  Port=2200
  user "bob"
  IdentityFile ~/.ssh/taiga # the team's
  IdentityFile %d/keys/%r
Match originalhost other user eve
  Port 2300
Match all
  User nobody
Host *
  Port 22
  User somebody
`;
    const [hop] = await routeOf({ ssh: 'host: taiga', sshConfig });
    expect(hop?.label).toBe('bob@taiga.example.org:2200');
    expect(hop?.identityFiles.map((file) => file.replace(/^.*\/home\//, ''))).toEqual([
      '.ssh/taiga',
      'keys/bob',
    ]);
    expect(labels(await routeOf({ ssh: 'host: secret.internal', sshConfig }))).toEqual([
      'nobody@secret.internal:22',
    ]);
    expect(labels(await routeOf({ ssh: 'host: other\nuser: eve', sshConfig }))).toEqual(['eve@other:2300']);
    expect(labels(await routeOf({ ssh: 'host: other\nuser: ann', sshConfig }))).toEqual(['ann@other:22']);
  });

  test.each([
    ['', false, false],
    ['IdentitiesOnly yes', true, false],
    ['identitiesonly=no', false, false],
    ['IdentityFile ~/.ssh/k\n  IdentitiesOnly "yes"', true, true],
    ['IdentityFile ~/.ssh/k', false, true],
  ])('which keys are tried: %j', async (settings, identitiesOnly, namesIdentities) => {
    const sshConfig = `Host taiga\n  User bob\n  ${settings}\n`;
    const [hop] = await routeOf({ ssh: 'host: taiga', sshConfig });
    expect(hop).toMatchObject({ identitiesOnly, namesIdentities });
  });

  test('a server on the way without a key of its own gets that of the service', async () => {
    const sshConfig = `
Host own
  IdentityFile ~/.ssh/own
Host taiga
  ProxyJump own,foreign
`;
    const hops = await routeOf({ ssh: 'host: taiga\nkey_file: /keys/service', sshConfig });
    expect(hops.map(({ login }) => login.keyFile)).toEqual([undefined, '/keys/service', '/keys/service']);
  });

  test("the service's own configuration goes before OpenSSH's", async () => {
    const sshConfig = 'Host taiga\n  Port 2200\n  User bob\n';
    expect(labels(await routeOf({ ssh: 'host: taiga\nport: 22\nuser: ann', sshConfig }))).toEqual([
      'ann@taiga:22',
    ]);
  });

  test('jump hosts, several and aliases among them', async () => {
    const sshConfig = `
Host taiga
  ProxyJump ann@first:2201,second
Host second
  HostName two.example.org
  ProxyJump never-asked
Host first
  ProxyJump [2001:db8::1]:22
Host *
  User bob
`;
    expect(labels(await routeOf({ ssh: 'host: taiga', sshConfig }))).toEqual([
      'bob@[2001:db8::1]:22',
      'ann@first:2201',
      'bob@two.example.org:22',
      'bob@taiga:22',
    ]);
    expect(
      labels(await routeOf({ ssh: 'host: taiga\njump: { host: second, user: eve }', sshConfig })),
    ).toEqual(['bob@never-asked:22', 'eve@two.example.org:22', 'bob@taiga:22']);
    expect(labels(await routeOf({ ssh: 'host: x\nuser: a', sshConfig: 'ProxyJump none' }))).toEqual([
      'a@x:22',
    ]);
  });

  test('jumps in a circle are an error', async () => {
    const config = configOf({ ssh: 'host: a', sshConfig: 'Host a\nProxyJump b\nHost b\nProxyJump a\n' });
    const error = await errorOf(config.then((found) => resolveRoute(found, client)));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(/goes round in circles/);
  });
});

test.runIf(hasSsh())('what a Match exec starts ends with the process that asked', async () => {
  const folder = await folderWith({
    'home/.ssh/config': `Match exec "sleep 4747"\n  User bob\n`,
    'ask.mjs': `
      const { readSshConfigFile } = await import('${SSH_CONFIG_FILE}');
      const file = await readSshConfigFile(process.argv[2], 'ssh');
      void file({ host: 'taiga' });
      setInterval(() => { if (process.stdin.readableEnded) process.exit(143); }, 20);
      process.stdin.resume();`,
  });
  const sleeping = (): boolean => spawnSync('pgrep', ['-f', '^sleep 4747$']).status === 0;
  const asking = spawn(process.execPath, [
    ...['--import', 'tsx', join(folder, 'ask.mjs'), join(folder, 'home/.ssh/config')],
  ]);
  await eventually(() => expect(sleeping()).toBe(true));
  asking.stdin.end();
  await new Promise((resolve) => asking.once('exit', resolve));
  await eventually(() => expect(sleeping()).toBe(false));
});

describe.runIf(hasSsh())('with OpenSSH’s client', () => {
  beforeEach(() => {
    client = 'ssh';
  });

  test('Include and every Match are as OpenSSH has them', async () => {
    const included = join(await folderWith({ more: 'Host taiga\n  Port 2200\n' }), 'more');
    const sshConfig = `
Include ${included}
Match originalhost taiga exec "true"
  User bob
Match originalhost taiga exec "false"
  User nobody
Match final host taiga.example.org
  ProxyJump first
Host taiga
  HostName taiga.example.org
`;
    const hops = await routeOf({ ssh: 'host: taiga', sshConfig: `${sshConfig}\nHost *\n  User ann` });
    expect(labels(hops)).toEqual(['ann@first:22', 'bob@taiga.example.org:2200']);
  });

  test('what it does not accept is an error in its words', async () => {
    const error = await errorOf(routeOf({ ssh: 'host: taiga', sshConfig: 'Host a\n  Prot 22\n' }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(/^OpenSSH cannot use .*config: .*line 2: Bad configuration option: prot/);
  });

  test('a host that looks like an option is none', async () => {
    const ssh = 'host: "-oProxyCommand=touch /tmp/bugflow-was-here"';
    const error = await errorOf(routeOf({ ssh, sshConfig: 'User a' }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(existsSync('/tmp/bugflow-was-here')).toBe(false);
  });
});

describe('without OpenSSH’s client', () => {
  test.each([
    ['Host a\n  Port 1\n\n  Include other', 4, 'Include is supported only'],
    ['include=other', 1, 'Include is supported only'],
    ['Match user a\nMatch host b exec "true"\n', 2, 'Match host and exec is supported only'],
    ['Match final\n', 1, 'Match final is supported only'],
    ['Host a\n  Port 1\nMatch host\nHost b\n', 3, 'this is no configuration of OpenSSH: Missing value'],
    ['Match !host a\n', 1, 'Match !host is supported only'],
  ])('%j is an error that names the line', async (sshConfig, line, message) => {
    client = 'no-such-ssh';
    const error = await errorOf(routeOf({ ssh: 'host: taiga', sshConfig }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.place?.line).toBe(line);
    expect(error.message).toContain(message);
  });
});

describe('the configuration', () => {
  test('files are relative to it or to the home', async () => {
    const config = await configOf({
      ssh: 'host: a\nkey_file: ~/.ssh/id\npassphrase_file: secrets/p\nknown_hosts: kh',
      env: { SSH_AUTH_SOCK: '/run/agent' },
    });
    expect(config.keyFile).toBe(join(config.home, '.ssh/id'));
    expect(config.passphraseFile).toBe(join(config.home, '../secrets/p'));
    expect(config.knownHostsFiles).toEqual([join(config.home, '../kh')]);
    // A key is given, so the agent is not asked.
    expect(config.agent).toBeUndefined();
  });

  test('the agent is asked where nothing else is given', async () => {
    const env = { SSH_AUTH_SOCK: '/run/agent' };
    expect((await configOf({ ssh: 'host: a', env })).agent).toBe('/run/agent');
    expect((await configOf({ ssh: 'host: a\nagent: false', env })).agent).toBeUndefined();
    expect((await configOf({ ssh: 'host: a\nkey_file: k\nagent: true', env })).agent).toBe('/run/agent');
  });

  test.each([
    ['host: a\nhost_key: md5:1234', /config\.yaml:4: .*a fingerprint is SHA256:/],
    ['host: a\nagent: true', /config\.yaml:4: .*SSH_AUTH_SOCK is not set/],
    ['host: a\npassphrase: x\npassphrase_file: y', /config\.yaml:5: .*keep one/],
    ['host: a\nport: 70000', /config\.yaml:4: /],
    ['user: a', /config\.yaml:\d: .*host/],
    ['host: a\njump: { host: b, jump: { host: c } }', /config\.yaml:4: .*jump/],
  ])('%j is an error with file, line and fix', async (ssh, expected) => {
    const error = await errorOf(configOf({ ssh }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(expected);
  });
});
