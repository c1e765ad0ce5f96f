import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, rmSync } from 'node:fs';
import type { AuthenticationType } from 'ssh2';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SshConfig } from '../../src/config/ssh-section.js';
import { resolveRoute } from '../../src/ssh/route.js';
import { openSession } from '../../src/ssh/session.js';
import { errorOf } from '../unit/helpers.js';
import { startFactorServer } from './factor-server.js';
import {
  hasOpenSsh,
  makeKey,
  type OpenSsh,
  PASSPHRASE,
  SKIPPED,
  startAgent,
  startOpenSsh,
} from './openssh.js';

describe.skipIf(!hasOpenSsh)(`logging in at a real OpenSSH server ${SKIPPED}`, () => {
  let sshd: OpenSsh;
  /** Keys that no server here knows. */
  let strangers: readonly string[];

  beforeAll(async () => {
    sshd = await startOpenSsh();
    strangers = Array.from({ length: 8 }, (_, i) => sshd.path(`stranger-${i}`));
    for (const file of strangers) makeKey(file, '');
  });
  afterAll(() => sshd?.close());

  const logIn = async (config: SshConfig): Promise<void> => {
    const signal = new AbortController().signal;
    (await openSession(await resolveRoute(config), { ...config, signal })).close();
  };
  const run = (program: string, ...args: readonly string[]): Buffer =>
    execFileSync(program, args, { stdio: 'pipe' });
  const letIn = (privateKey: string): void => {
    const known = readFileSync(sshd.path('authorized_keys'), 'utf8');
    sshd.write('authorized_keys', `${known}\n${publicHalfOf(privateKey)}\n`);
  };

  describe('with a key in each format', () => {
    const kinds = {
      rsa: ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
      p256: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      p384: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
      p521: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
      ed25519: ['ED25519'],
    };
    const pem = ['pkcs8', 'pkcs8, encrypted', 'traditional', 'traditional, encrypted'];
    const cases = Object.entries(kinds).flatMap(([kind, args]) =>
      // There is no other PEM of Ed25519.
      pem.slice(0, kind === 'ed25519' ? 2 : 4).map((format) => ({ kind, args, format })),
    );
    test.each(cases)('$kind in $format', async ({ kind, args, format }) => {
      const [plain, file] = [sshd.path(`${kind}.plain`), sshd.path(`${kind}.${format.replace(/\W+/g, '-')}`)];
      run('openssl', 'genpkey', '-algorithm', ...args, '-out', plain);
      chmodSync(plain, 0o600);
      letIn(plain);
      const isEncrypted = format.endsWith('encrypted');
      const lock = isEncrypted ? ['-aes256', '-passout', `pass:${PASSPHRASE}`] : [];
      const traditional = format.startsWith('traditional') ? ['-traditional'] : [];
      run('openssl', 'pkey', '-in', plain, ...lock, ...traditional, '-out', file);
      chmodSync(file, 0o600);
      await logIn(sshd.config({ keyFile: file, passphrase: isEncrypted ? PASSPHRASE : undefined }));
      if (!isEncrypted) return;
      expect((await errorOf(logIn(sshd.config({ keyFile: file })))).message).toBe(
        `the private key ${file} has a passphrase; give it with ssh.passphrase_file`,
      );
      expect((await errorOf(logIn(sshd.config({ keyFile: file, passphrase: 'hunter2' })))).message).toBe(
        `the passphrase does not open the private key ${file}; check ssh.passphrase_file`,
      );
    });

    test.each([
      ['a byte order mark', (text: string) => `\ufeff${text}`],
      ["Windows' line breaks", (text: string) => text.replaceAll('\n', '\r\n')],
      ['empty lines around it', (text: string) => `\n\n${text}\n`],
      ['no line break at the end', (text: string) => text.trimEnd()],
    ])('with %s', async (_what, change) => {
      const file = sshd.write('edited', change(readFileSync(sshd.path('id'), 'utf8')));
      await logIn(sshd.config({ keyFile: file }));
    });

    const rubbish = (title: string): string => `-----BEGIN ${title}-----\nAAAA\n-----END ${title}-----\n`;
    test.each([
      [
        'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n',
        /puttygen \S+ -O private-openssh-new -o NEW$/,
      ],
      [rubbish('DSA PRIVATE KEY'), /DSA key, which servers refuse; make another with: ssh-keygen/],
      [rubbish('CERTIFICATE'), /certificate; name the private key$/],
      [rubbish('PUBLIC KEY'), /public key; name the private one/],
      ['---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA\n', /convert it with: ssh-keygen -i -f \S+ > NEW$/],
      ['0\u0082\u0004', /convert it with: openssl pkey -inform DER -in \S+ -out NEW$/],
      ['rubbish', /is not a private key that can be used/],
      ['', /is not a private key that can be used/],
    ])('what is none is named, with a way out: %j', async (text, message) => {
      const error = await errorOf(logIn(sshd.config({ keyFile: sshd.write('none', text) })));
      expect(error.code).toBe('TUNNEL_KEY_FILE');
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain('\n');
    });

    test('a kind that SSH does not have', async () => {
      const file = sshd.path('ed448');
      run('openssl', 'genpkey', '-algorithm', 'ED448', '-out', file);
      chmodSync(file, 0o600);
      const error = await errorOf(logIn(sshd.config({ keyFile: file })));
      expect(error.message).toMatch(/of the kind ed448, which SSH does not have; make another with/);
    });
  });

  describe('with an agent that holds more keys than the server lets anybody try', () => {
    const agentWith = (...files: readonly string[]): string => {
      const agent = startAgent(...files);
      onTestFinished(agent.close);
      return agent.socket;
    };
    const hostWith = (...lines: readonly string[]): string =>
      sshd.write('ssh_config_of_agents', ['Host 127.0.0.1', ...lines, ''].join('\n  '));
    /** As somebody writes it whose key is in `~/.ssh/config`. */
    const byConfig = (configFile: string, agent: string): SshConfig =>
      sshd.config({ keyFile: undefined, configFile, agent });

    test.each([
      ['and IdentitiesOnly', ['IdentitiesOnly yes']],
      ['alone', []],
    ])('the key that IdentityFile names %s', async (_what, more) => {
      const configFile = hostWith(`IdentityFile ${sshd.path('id')}`, ...more);
      await logIn(byConfig(configFile, agentWith(...strangers)));
    });

    test('the key that key_file names', async () => {
      await logIn(sshd.config({ agent: agentWith(...strangers) }));
    });

    test.each(['the locked key', 'its public half'])(
      '%s of a key that the agent holds, too',
      async (what) => {
        const file = sshd.path(what === 'its public half' ? 'open.pub' : 'open');
        makeKey(sshd.path('open'), '');
        letIn(sshd.path('open'));
        const socket = agentWith(...strangers, sshd.path('open'));
        run('ssh-keygen', '-q', '-p', '-P', '', '-N', PASSPHRASE, '-f', sshd.path('open'));
        if (file.endsWith('.pub')) renameSync(sshd.path('open'), sshd.path('elsewhere'));
        onTestFinished(() => {
          for (const name of ['open', 'open.pub', 'elsewhere']) rmSync(sshd.path(name), { force: true });
        });
        await logIn(byConfig(hostWith(`IdentityFile ${file}`, 'IdentitiesOnly yes'), socket));
      },
    );

    test('is told when the server has had enough', async () => {
      const error = await errorOf(
        logIn(sshd.config({ keyFile: undefined, agent: agentWith(...strangers, sshd.path('id')) })),
      );
      expect(error.code).toBe('TUNNEL_LOGIN_REFUSED');
      expect(error.message).toMatch(
        /ended the login of user "\S+" after 6 attempts \(6 keys of the agent\), before 3 keys of the agent could be tried; .*ssh\.key_file.*IdentitiesOnly yes.*MaxAuthTries/,
      );
    });

    test('only the keys that are named', async () => {
      const configFile = hostWith(`IdentityFile ${strangers[0]}`, 'IdentitiesOnly yes');
      const error = await errorOf(logIn(byConfig(configFile, agentWith(sshd.path('id')))));
      expect(error.message).toMatch(
        /refused user "\S+" with the key \S+stranger-0 \(not tried: IdentitiesOnly in \S+ leaves out the other keys of the agent\); check/,
      );
    });
  });

  describe('at a server that wants several factors', () => {
    const orders: readonly (readonly AuthenticationType[])[] = [
      ['password', 'publickey'],
      ['publickey', 'password'],
      ['publickey', 'keyboard-interactive'],
      ['keyboard-interactive', 'publickey'],
      ['password', 'keyboard-interactive'],
      ['publickey', 'password', 'keyboard-interactive'],
    ];
    const start = async (order: readonly AuthenticationType[], prompt?: string) => {
      const key = ssh2.utils.parseKey(readFileSync(sshd.path('id.pub')));
      if (key instanceof Error) throw key;
      const server = await startFactorServer(readFileSync(sshd.path('host_key')), order, {
        ...{ password: 'let me in', publicKey: key.getPublicSSH() },
        ...(prompt !== undefined && { prompt }),
      });
      onTestFinished(() => server.close());
      return server;
    };
    const both = (port: number, change: Partial<SshConfig> = {}): SshConfig =>
      sshd.config({ port, passwordFile: sshd.write('password', 'let me in\n'), ...change });

    test.each(orders)('%s, %s %s', async (...order) => {
      const wanted = order.filter((kind) => kind !== undefined);
      const server = await start(wanted);
      await logIn(both(server.port));
      // Only what is wanted is tried; a key is asked for before it signs.
      expect(server.tried.filter((kind, i) => kind !== server.tried[i - 1])).toEqual(wanted);
    });

    test('the key from an agent', async () => {
      const agent = startAgent(sshd.path('id'));
      onTestFinished(agent.close);
      for (const order of orders.slice(0, 2)) {
        const server = await start(order);
        await logIn(both(server.port, { keyFile: undefined, agent: agent.socket }));
      }
    });

    test.each([
      {
        what: 'no password',
        order: ['publickey', 'password'],
        change: { passwordFile: undefined },
        message:
          /accepted the key \S+id for user "\S+", but then wants password, for which nothing is given here; set ssh\.password_file$/,
      },
      {
        what: 'a wrong password',
        order: ['publickey', 'password'],
        change: { wrong: true },
        message:
          /accepted the key \S+id for user "\S+", but then refused the password in \S+; check ssh\.user, and the password/,
      },
      {
        what: 'no key',
        order: ['password', 'publickey'],
        change: { keyFile: undefined },
        message:
          /accepted the password in \S+ for user "\S+", but then wants publickey, .*; set ssh\.key_file$/,
      },
      {
        what: 'only a key where only passwords are taken',
        order: ['password'],
        change: { passwordFile: undefined },
        message:
          /lets user "\S+" in only with password, so the key \S+id cannot be used; set ssh\.password_file$/,
      },
      {
        what: 'a question that only a person can answer',
        order: ['publickey', 'keyboard-interactive'],
        change: {},
        prompt: 'Verification code: ',
        message: /accepted the key \S+id .*asks for "Verification code:", which only a person can answer/,
      },
    ] as const)(
      'which of it failed: $what',
      async ({
        order,
        change: { wrong, ...change },
        message,
        prompt,
      }: {
        order: readonly AuthenticationType[];
        change: Partial<SshConfig> & { wrong?: boolean };
        message: RegExp;
        prompt?: string;
      }) => {
        const server = await start(order, prompt);
        const passwordFile = sshd.write('wrong', 'hunter2');
        const config = both(server.port, wrong ? { passwordFile } : change);
        const error = await errorOf(logIn(config));
        expect(error.code).toBe('TUNNEL_LOGIN_REFUSED');
        expect(error.message).toMatch(message);
        expect(error.message).not.toMatch(/let me in|hunter2/);
      },
    );
  });

  test.each([
    ['KexAlgorithms sntrup761x25519-sha512@openssh.com', 'key exchange', 'KexAlgorithms'],
    ['Ciphers aes192-cbc', 'cipher', 'Ciphers'],
    ['Ciphers aes256-ctr\nMACs umac-64@openssh.com', 'MAC', 'MACs'],
  ])('a server that speaks only what is unknown here: %j', async (setting, what, fix) => {
    const strange = await startOpenSsh([setting]);
    onTestFinished(() => strange.close());
    const error = await errorOf(logIn(strange.config()));
    expect(error.code).toBe('TUNNEL_UNREACHABLE');
    const offered = setting.split(' ').at(-1);
    expect(error.message).toContain(`knows only ${offered} for ${what}, which are unknown here; allow `);
    expect(error.message).toContain(`there too (${fix} in sshd_config)`);
  });
});

/** A line of authorized_keys. OpenSSH reads no Ed25519 key in PKCS#8. */
function publicHalfOf(privateKey: string): string {
  const text = readFileSync(privateKey, 'utf8');
  if (text.includes('OPENSSH')) return readFileSync(`${privateKey}.pub`, 'utf8').trim();
  const key = createPublicKey(text);
  if (key.asymmetricKeyType !== 'ed25519')
    return execFileSync('ssh-keygen', ['-y', '-f', privateKey], { encoding: 'utf8' }).trim();
  const { x = '' } = key.export({ format: 'jwk' });
  const head = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1');
  return `ssh-ed25519 ${Buffer.concat([head, Buffer.from(x, 'base64url')]).toString('base64')}`;
}
