import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import type { SshConfig } from '../../src/config/ssh-section.js';
import { type Hop, resolveRoute } from '../../src/tunnel/route.js';
import { errorOf, folderWith } from '../unit/helpers.js';

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

async function routeOf(given: Given): Promise<readonly Hop[]> {
  return resolveRoute(await configOf(given));
}

const labels = (hops: readonly Hop[]): string[] => hops.map(({ label }) => label);

describe('the way to the last SSH server', () => {
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
Match host taiga exec "true"
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
      'somebody@secret.internal:22',
    ]);
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
    const error = await errorOf(config.then(resolveRoute));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(/goes round in circles/);
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
