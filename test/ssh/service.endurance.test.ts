import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { collect } from '../../src/main/collect.js';
import { loadInstallation } from '../../src/main/installation.js';
import { openDatabase } from '../../src/main/open-database.js';
import { type Service, startService } from '../../src/main/service.js';
import { bugflow, createFolder, type Folder, scrape } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { exampleTaiga } from '../support/fixture.js';
import { type Gate, startGate } from '../support/gate.js';
import { HANG_MS } from '../support/hang.js';
import { freePort, startPGlite, type TestPostgres } from '../support/postgres.js';
import { errorOf } from '../unit/helpers.js';
import { hasOpenSsh, type OpenSsh, SKIPPED, startOpenSsh } from './openssh.js';

describe.skipIf(!hasOpenSsh)(`the database through SSH ${SKIPPED}`, () => {
  let server: TestPostgres;
  let sshd: OpenSsh;
  let gate: Gate;
  let folder: Folder;
  let service: Service | undefined;
  let logged: string[];

  beforeAll(async () => {
    server = await startPGlite();
    await exampleTaiga().load(server);
    sshd = await startOpenSsh();
  });
  afterAll(async () => {
    await sshd?.close();
    await server?.close();
  });
  beforeEach(async () => {
    gate = await startGate(sshd.port);
    folder = createFolder();
    logged = [];
  });
  afterEach(async () => {
    await service?.close();
    service = undefined;
    await gate.close();
    folder.remove();
  });

  const configFile = (ssh: Readonly<Record<string, string | number>> = {}): string => {
    const keys = {
      host: '127.0.0.1',
      port: gate.port,
      key_file: sshd.path('id'),
      host_key: sshd.hostKey().fingerprint,
      config_file: sshd.path('ssh_config'),
      // Neither a busy machine nor the work of an embedded database is taken for silence.
      keep_alive: '1h',
      connect_timeout: '2m',
      ...ssh,
    };
    const lines = Object.entries(keys).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
    const often =
      "overrides:\n  items: { schedule: '* * * * * *' }\n  members: { schedule: '* * * * * *' }\n";
    return folder.write(
      'bugflow.yaml',
      `database: { connect_timeout: 2m }\nssh:\n${lines.join('\n')}\n${often}`,
    );
  };
  const source = (ssh?: Readonly<Record<string, string | number>>) => ({
    file: configFile(ssh),
    env: { TAIGA_DATABASE_URL: server.url, HOME: sshd.folder },
  });
  const start = async (ssh?: Readonly<Record<string, string | number>>): Promise<string> => {
    const log = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(line) });
    service = await startService({ source: source(ssh), log, version: '1.2.3', port: 0 });
    return service.address;
  };
  /** Waits until it is so. */
  const untilUp = async (address: string, tunnel: 0 | 1, database: 0 | 1): Promise<void> => {
    await expect
      .poll(async () => {
        const found = await scrape(address);
        return [found.value('bugflow_tunnel_up'), found.value('bugflow_database_up')];
      })
      .toEqual([tunnel, database]);
  };

  it('feeds all collectors, and its state is exported', async () => {
    const address = await start();
    await eventually(async () => {
      const found = await scrape(address);
      const up = Object.values(found.table('bugflow_collector_up', ['collector']));
      expect(new Set(up)).toEqual(new Set([1]));
      expect(found.value('taiga_items', { project: 'shop', kind: 'task', status: 'Closed' })).toBe(3);
      expect(found.value('bugflow_database_up')).toBe(1);
      expect(found.value('bugflow_tunnel_up')).toBe(1);
      expect(found.value('bugflow_tunnel_reconnects_total')).toBe(0);
    });
    // One session, whatever the number of connections and collectors.
    expect(logged.join('').match(/the SSH tunnel is up/g)).toHaveLength(1);
  });

  it('recovers when the SSH server is killed and comes back', async () => {
    const address = await start();
    await untilUp(address, 1, 1);
    onTestFinished(() => sshd.start());
    await sshd.kill();
    await untilUp(address, 0, 0);
    expect((await fetch(`${address}/metrics`)).status).toBe(200);
    await sshd.start();
    await untilUp(address, 1, 1);
    expect((await scrape(address)).value('bugflow_tunnel_reconnects_total')).toBe(1);
    expect(logged.join('')).toMatch(/the SSH tunnel is down: .*(lost|cannot reach)/);
  });

  it('recovers when the network goes silent without a word', async () => {
    const address = await start({ keep_alive: '1s', connect_timeout: '10s' });
    await untilUp(address, 1, 1);
    gate.freeze();
    await expect.poll(() => logged.join('')).toMatch(/the SSH tunnel is down: .*does not answer any more/);
    await expect.poll(async () => (await scrape(address)).value('bugflow_tunnel_up')).toBe(0);
    await gate.shut();
    await gate.open();
    await untilUp(address, 1, 1);
  });

  it('says of a query that was under way what became of the tunnel', async () => {
    const onIdleError = (): void => undefined;
    const { database } = openDatabase(await loadConfig(source({ keep_alive: '1s' })), { onIdleError });
    onTestFinished(() => database.close());
    const query = { text: 'SELECT 1', values: [], timeoutMs: HANG_MS };
    await database.read(query, () => undefined);
    gate.freeze();
    const error = await errorOf(database.read(query, () => undefined));
    expect(error.code).toBe('TUNNEL_UNREACHABLE');
    expect(error.message).toMatch(/^the SSH session with .* was lost: the server does not answer any more$/);
  });

  it('can be closed while the network is silent', async () => {
    const config = await loadConfig(source());
    const { database, tunnel } = openDatabase(config, { onIdleError: () => undefined });
    await database.read({ text: 'SELECT 1', values: [], timeoutMs: HANG_MS }, () => undefined);
    expect(tunnel()?.up).toBe(true);
    gate.freeze();
    await database.close();
    expect(tunnel()?.up).toBe(false);
  });

  it.each([
    ['a key that is not known', { host_key: `SHA256:${'A'.repeat(43)}` }, 'TUNNEL_HOST_KEY'],
    ['a login that is refused', { key_file: '~/stranger' }, 'TUNNEL_LOGIN_REFUSED'],
    ['a key file that is missing', { key_file: '~/nowhere' }, 'TUNNEL_KEY_FILE'],
  ])('shows %s as it is', async (_title, ssh, code) => {
    const options = {
      names: [],
      now: new Date(),
      format: 'text',
      write: () => undefined,
      warn: () => undefined,
    } as const;
    const error = await errorOf(collect(await loadInstallation(source(ssh)), options));
    expect(error.code).toBe(code);
  });

  it('shows a server that does not forward, and one that is not there', async () => {
    const strict = await startOpenSsh(['AllowTcpForwarding no']);
    onTestFinished(() => strict.close());
    const read = async (ssh: Readonly<Record<string, string | number>>): Promise<string> => {
      const { database } = openDatabase(await loadConfig(source(ssh)), { onIdleError: () => undefined });
      onTestFinished(() => database.close());
      const query = { text: 'SELECT 1', values: [], timeoutMs: HANG_MS };
      return (await errorOf(database.read(query, () => undefined))).code;
    };
    const key = { key_file: strict.path('id'), host_key: strict.hostKey().fingerprint };
    expect(await read({ ...key, port: strict.port })).toBe('TUNNEL_FORWARD_REFUSED');
    expect(await read({ port: await freePort() })).toBe('TUNNEL_UNREACHABLE');
    const silent = await startGate(undefined);
    onTestFinished(() => silent.close());
    expect(await read({ port: silent.port, connect_timeout: '300ms' })).toBe('TUNNEL_UNREACHABLE');
  });

  it('serves the command line, which ends when it is done', async () => {
    const { file, env } = source();
    // A process of its own: PGlite answers only while this one is idle.
    const good = await bugflow(['--config', file, 'collect', 'items'], env);
    expect(good.stderr).toBe('');
    expect(good.status).toBe(0);
    expect(good.stdout).toContain('taiga_items{');
    const bad = await bugflow(['--config', configFile({ port: await freePort() }), 'check'], env);
    expect(bad.status).toBe(1);
    expect(bad.stderr).toMatch(/^taiga-bugflow: cannot reach the SSH server .*nothing listens there.*\n$/);
  });
});
