import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { BugflowError } from '../../src/base/errors.js';
import type { SshConfig } from '../../src/config/ssh-section.js';
import { resolveRoute } from '../../src/ssh/route.js';
import { openSession, type Session } from '../../src/ssh/session.js';
import { startGate } from '../support/gate.js';
import { freePort } from '../support/postgres.js';
import { errorOf } from '../unit/helpers.js';
import { hasOpenSsh, type OpenSsh, PASSPHRASE, SKIPPED, startAgent, startOpenSsh } from './openssh.js';
import { startPasswordServer } from './password-server.js';

describe.skipIf(!hasOpenSsh)(`a session with a real OpenSSH server ${SKIPPED}`, () => {
  let sshd: OpenSsh;
  let echo: Server;
  let echoPort: number;

  beforeAll(async () => {
    sshd = await startOpenSsh();
    echo = createServer((socket) => void socket.on('error', () => undefined).pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    echoPort = (echo.address() as AddressInfo).port;
  });
  afterAll(async () => {
    echo?.close();
    await sshd?.close();
  });

  const open = async (config: SshConfig, signal = new AbortController().signal): Promise<Session> => {
    const session = await openSession(await resolveRoute(config), { ...config, signal });
    onTestFinished(() => session.close());
    return session;
  };
  const echoThrough = async (session: Session): Promise<string> => {
    const channel = await session.forward('127.0.0.1', echoPort);
    const answer = new Promise<string>((resolve) =>
      channel.once('data', (bytes: Buffer) => resolve(bytes.toString())),
    );
    channel.write('are you there?');
    return answer.finally(() => channel.destroy());
  };
  const worksWith = async (change: Partial<SshConfig>): Promise<void> => {
    expect(await echoThrough(await open(sshd.config(change)))).toBe('are you there?');
  };
  const failsWith = (change: Partial<SshConfig>): Promise<BugflowError> => errorOf(open(sshd.config(change)));
  const knownHosts = (text: string): Partial<SshConfig> => ({
    hostKey: undefined,
    knownHostsFiles: [sshd.write('known_hosts', text)],
  });
  const name = (): string => `[127.0.0.1]:${sshd.port}`;

  describe('logging in', () => {
    test('with a key', () => worksWith({}));

    test('with a key that has a passphrase', async () => {
      await worksWith({ keyFile: sshd.path('locked'), passphrase: PASSPHRASE });
      await worksWith({
        keyFile: sshd.path('locked'),
        passphraseFile: sshd.write('passphrase', `${PASSPHRASE}\n`),
      });
    });

    test('a passphrase that is missing or wrong', async () => {
      const missing = await failsWith({ keyFile: sshd.path('locked') });
      expect(missing.code).toBe('TUNNEL_KEY_FILE');
      expect(missing.message).toMatch(/locked has a passphrase; give it with ssh\.passphrase_file/);
      const wrong = await failsWith({ keyFile: sshd.path('locked'), passphrase: 'hunter2' });
      expect(wrong.code).toBe('TUNNEL_KEY_FILE');
      expect(wrong.message).toMatch(/the passphrase does not open the private key/);
      expect(wrong.message).not.toContain('hunter2');
    });

    test('with a key of the agent', async () => {
      const agent = startAgent(sshd.path('id'));
      onTestFinished(agent.close);
      await worksWith({ keyFile: undefined, agent: agent.socket });
    });

    test('an agent that is gone', async () => {
      const error = await failsWith({ keyFile: undefined, agent: sshd.path('no-agent') });
      expect(error.code).toBe('TUNNEL_LOGIN_REFUSED');
      expect(error.message).toContain('the keys of the agent');
    });

    test('with the keys that ~/.ssh/config names for an alias', async () => {
      const configFile = sshd.write(
        'aliases',
        `Host taiga\n HostName 127.0.0.1\n Port ${sshd.port}\n IdentityFile ${sshd.path('id')}\n`,
      );
      await worksWith({ host: 'taiga', port: undefined, keyFile: undefined, configFile });
    });

    test('with a key that the server does not know', async () => {
      const error = await failsWith({ keyFile: sshd.strangersKey() });
      expect(error.code).toBe('TUNNEL_LOGIN_REFUSED');
      expect(error.message).toMatch(/refused user ".+" with the key .*stranger; check ssh\.user/);
    });

    test.each(['password', 'keyboard-interactive'])(
      'with a password that is asked for by %s',
      async (method) => {
        const asking = await startPasswordServer(readFileSync(sshd.path('host_key')), method, 'let me in');
        onTestFinished(() => asking.close());
        const config = sshd.config({ port: asking.port, keyFile: undefined });
        await open({ ...config, passwordFile: sshd.write('password', 'let me in\n') });
        const error = await errorOf(open({ ...config, passwordFile: sshd.write('password', 'let me out') }));
        expect(error.code).toBe('TUNNEL_LOGIN_REFUSED');
      },
    );

    test('with a password that is wrong', async () => {
      const asking = await startOpenSsh(['PasswordAuthentication yes']);
      onTestFinished(() => asking.close());
      const config = { keyFile: undefined, passwordFile: sshd.write('password', 'hunter2') };
      const error = await errorOf(open(asking.config(config)));
      expect(error.code).toBe('TUNNEL_LOGIN_REFUSED');
      expect(error.message).toMatch(
        /refused user ".+" with the password in .*password; check ssh\.user, and the password$/,
      );
      expect(error.message).not.toContain('hunter2');
    });

    test('with nothing', async () => {
      const error = await failsWith({ keyFile: undefined });
      expect(error.code).toBe('TUNNEL_LOGIN_REFUSED');
      expect(error.message).toMatch(/nothing to log in with/);
    });

    test('a key file that others may read, that is missing, or that is no private key', async () => {
      chmodSync(sshd.strangersKey(), 0o640);
      onTestFinished(() => chmodSync(sshd.strangersKey(), 0o600));
      const open = await failsWith({ keyFile: sshd.strangersKey() });
      expect(open.code).toBe('TUNNEL_KEY_FILE');
      expect(open.message).toBe(
        `others may read the private key ${sshd.strangersKey()} (mode 0640); fix it with: chmod 600 ${sshd.strangersKey()}`,
      );
      const missing = await failsWith({ keyFile: sshd.path('nowhere') });
      expect(missing.code).toBe('TUNNEL_KEY_FILE');
      const rubbish = await failsWith({ keyFile: sshd.write('rubbish', 'rubbish') });
      expect(rubbish.code).toBe('TUNNEL_KEY_FILE');
      chmodSync(sshd.path('id.pub'), 0o600);
      expect((await failsWith({ keyFile: sshd.path('id.pub') })).message).toMatch(/is a public key/);
    });

    test.skipIf(process.getuid?.() !== 0)(
      "a key file of somebody else's, as systemd hands it over (skipped where the tests do not run as root)",
      async () => {
        const credential = sshd.write('credential', readFileSync(sshd.path('id'), 'utf8'));
        chownSync(credential, 65_534, 65_534);
        chmodSync(credential, 0o440);
        await worksWith({ keyFile: credential });
      },
    );
  });

  describe("the server's key", () => {
    test('known, plain and hashed', async () => {
      const plain = knownHosts(`${name()} ${sshd.hostKey().line}\n`);
      await worksWith(plain);
      execFileSync('ssh-keygen', ['-H', '-f', sshd.path('known_hosts')], { stdio: 'pipe' });
      await worksWith(plain);
    });

    test('unknown: the error has the fingerprint, and the line that it prints makes it known', async () => {
      const error = await failsWith(knownHosts('other.example.org ssh-ed25519 AAAA\n'));
      expect(error.code).toBe('TUNNEL_HOST_KEY');
      expect(error.message).toContain(`shows an unknown key: ssh-ed25519 ${sshd.hostKey().fingerprint}`);
      const line = /append the line `([^`]+)`/.exec(error.message)?.[1] ?? '';
      await worksWith(knownHosts(`${line}\n`));
    });

    test('no known_hosts at all', async () => {
      const error = await failsWith({ hostKey: undefined, knownHostsFiles: [sshd.path('nowhere')] });
      expect(error.code).toBe('TUNNEL_HOST_KEY');
    });

    test('pinned, and another than the pinned', async () => {
      await worksWith({ hostKey: sshd.hostKey().fingerprint });
      const other = `SHA256:${'A'.repeat(43)}`;
      const error = await failsWith({ hostKey: other });
      expect(error.code).toBe('TUNNEL_HOST_KEY');
      expect(error.message).toContain(`another key than the pinned ${other}`);
      expect(error.message).toContain(sshd.hostKey().fingerprint);
    });

    test('revoked, be it pinned or not', async () => {
      const { line, fingerprint } = sshd.hostKey();
      const revoked = knownHosts(`${name()} ${line}\n@revoked * ${line}\n`);
      for (const hostKey of [undefined, fingerprint]) {
        const error = await failsWith({ ...revoked, hostKey });
        expect(error.code).toBe('TUNNEL_HOST_KEY');
        expect(error.message).toMatch(/marks as revoked/);
      }
    });

    test('changed: the error says what to do', async () => {
      const before = sshd.hostKey();
      await sshd.start({ newHostKey: true });
      const error = await failsWith(knownHosts(`${name()} ${before.line}\n`));
      expect(error.code).toBe('TUNNEL_HOST_KEY');
      expect(error.message).toContain('shows another key than the one in known_hosts');
      expect(error.message).toContain(sshd.hostKey().fingerprint);
      expect(error.message).toContain(`-R '${name()}'`);
    });
  });

  describe('forwarding', () => {
    test('over a jump host, each with a key of its own', async () => {
      const inner = await startOpenSsh();
      onTestFinished(() => inner.close());
      const { jump: _, ...jump } = sshd.config();
      const session = await open(inner.config({ jump }));
      expect(await echoThrough(session)).toBe('are you there?');
      onTestFinished(() => sshd.start());
      await sshd.kill();
      expect((await session.lost).code).toBe('TUNNEL_UNREACHABLE');
    });

    test('over a jump host of ~/.ssh/config, with one key for the whole way', async () => {
      const jumps = `Host 127.0.0.1\n ProxyJump first\nHost first\n HostName localhost\n Port ${sshd.port}\n`;
      const configFile = sshd.write('jumps', jumps);
      const { line } = sshd.hostKey();
      const known = knownHosts(`${name()},[localhost]:${sshd.port} ${line}\n`);
      expect(await echoThrough(await open(sshd.config({ ...known, configFile })))).toBe('are you there?');
    });

    test('to where nothing listens', async () => {
      const session = await open(sshd.config());
      const error = await errorOf(session.forward('127.0.0.1', await freePort()));
      expect(error.code).toBe('DATABASE_UNREACHABLE');
      expect(error.message).toMatch(/cannot reach the database at 127\.0\.0\.1:\d+: Connection refused;/);
    });

    test.each([['AllowTcpForwarding no'], ['PermitOpen 127.0.0.1:1']])('refused by %s', async (setting) => {
      const strict = await startOpenSsh([setting]);
      onTestFinished(() => strict.close());
      const session = await open(strict.config());
      const error = await errorOf(session.forward('127.0.0.1', echoPort));
      expect(error.code).toBe('TUNNEL_FORWARD_REFUSED');
      expect(error.message).toMatch(
        /does not forward to 127\.0\.0\.1:\d+ .*AllowTcpForwarding and PermitOpen/,
      );
    });
  });

  describe('a network that fails', () => {
    test('nothing listens', async () => {
      const error = await failsWith({ port: await freePort() });
      expect(error.code).toBe('TUNNEL_UNREACHABLE');
      expect(error.message).toMatch(/nothing listens there; is sshd running/);
    });

    test('a handshake that does not get on', async () => {
      const silent = await startGate(undefined);
      onTestFinished(() => silent.close());
      const error = await failsWith({ port: silent.port, connectTimeoutMs: 300 });
      expect(error.code).toBe('TUNNEL_UNREACHABLE');
      expect(error.message).toMatch(/did not let anybody in within 300 ms/);
    });

    test('a silent jump host', async () => {
      const silent = await startGate(undefined);
      onTestFinished(() => silent.close());
      const { jump: _, ...jump } = sshd.config({ port: silent.port });
      const error = await failsWith({ jump, connectTimeoutMs: 300 });
      expect(error.message).toContain(`127.0.0.1:${silent.port} did not let anybody in`);
    });

    test('one that goes silent is noticed by keep-alive', async () => {
      const gate = await startGate(sshd.port);
      onTestFinished(() => gate.close());
      const session = await open(sshd.config({ port: gate.port, keepAliveMs: 1000 }));
      expect(await echoThrough(session)).toBe('are you there?');
      gate.freeze();
      const error = await session.lost;
      expect(error.code).toBe('TUNNEL_UNREACHABLE');
      expect(error.message).toMatch(/was lost: the server does not answer any more/);
    });

    test('setting up can be given up', async () => {
      const silent = await startGate(undefined);
      onTestFinished(() => silent.close());
      const abort = new AbortController();
      const attempt = open(sshd.config({ port: silent.port }), abort.signal);
      setTimeout(() => abort.abort(), 50);
      expect((await errorOf(attempt)).message).toMatch(/closed here/);
      // Nothing is begun after that.
      const late = open(sshd.config({ port: silent.port }), abort.signal);
      expect((await errorOf(late)).message).toMatch(/closed here/);
    });
  });
});
