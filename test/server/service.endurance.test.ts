import { readFileSync } from 'node:fs';
import { hash } from '@node-rs/bcrypt';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Service, startService } from '../../src/main/service.js';
import { bugflow, createFolder, type Folder } from '../support/bugflow.js';
import { exampleTaiga } from '../support/fixture.js';
import { startPGlite, type TestPostgres } from '../support/postgres.js';
import { errorOf } from '../unit/helpers.js';
import { createAuthority, hasOpenssl } from './certificates.js';
import { type Answer, type GetOptions, get } from './web-server.js';

describe('the service on a network', () => {
  let database: TestPostgres;
  let users: string;
  let folder: Folder;
  let service: Service | undefined;
  let logged: string[];

  beforeAll(async () => {
    database = await startPGlite();
    await exampleTaiga().load(database);
    users = `basic_auth_users: { anna: '${await hash('geheim', 4)}' }\n`;
  });
  afterAll(() => database?.close());
  beforeEach(() => {
    folder = createFolder();
    logged = [];
  });
  afterEach(async () => {
    await service?.close();
    service = undefined;
    folder.remove();
  });

  const start = async (config: string): Promise<Service> => {
    service = await startService({
      source: { file: folder.write('bugflow.yaml', config), env: { TAIGA_DATABASE_URL: database.url } },
      log: pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(line) }),
      version: '1.2.3',
      port: 0,
    });
    return service;
  };
  const ask = (path: string, options?: GetOptions): Promise<Answer> =>
    get(Number(new URL(service?.address ?? '').port), path, options);
  const auth = 'anna:geheim';
  const successful = async (): Promise<string | undefined> =>
    /^bugflow_web_config_last_reload_successful (\d)$/m.exec((await ask('/metrics', { auth })).body)?.[1];
  const warning = (): string[] => logged.filter((line) => line.includes('no login is required'));

  test('is warned once when everybody may see everything', async () => {
    await start('listen: 0.0.0.0:1\n');
    expect(warning()).toHaveLength(1);
    expect(warning()[0]).toContain(
      'set web.config_file with basic_auth_users or bearer_token_files (docs/http.md), or listen on 127.0.0.1 behind a reverse proxy',
    );
    expect((await ask('/metrics')).body).not.toContain('bugflow_web_config');
  });

  test.each([
    ['on loopback', 'listen: 127.0.0.1:1\n'],
    ['on loopback by name', 'listen: localhost:1\n'],
    ['with a login', 'listen: 0.0.0.0:1\nweb: { config_file: web.yaml }\n'],
  ])('is not warned %s', async (_title, config) => {
    folder.write('web.yaml', users);
    await start(config);
    expect(warning()).toEqual([]);
  });

  test('loads the web file again with the configuration, and tells whether it was good', async () => {
    folder.write('web.yaml', users);
    const running = await start('web: { config_file: web.yaml }\nreload_endpoint: true\n');
    await expect.poll(successful).toBe('1');
    expect((await ask('/-/reload', { method: 'POST' })).status).toBe(401);

    const file = folder.write('web.yaml', 'basic_auth_users: { anna: geheim }');
    const refused = await ask('/-/reload', { method: 'POST', auth });
    expect(refused.status).toBe(400);
    expect(refused.body).toBe(
      `${file}:1: basic_auth_users.anna: this is not a bcrypt hash; make one with: htpasswd -nBC 12 USER (docs/http.md)\n`,
    );
    await expect.poll(successful).toBe('0');
    expect((await ask('/metrics')).status).toBe(401);

    folder.write('web.yaml', `${users}http_server_config: { headers: { X-Frame-Options: sameorigin } }\n`);
    await running.reload();
    expect((await ask('/metrics', { auth })).headers['x-frame-options']).toBe('sameorigin');
    await expect.poll(successful).toBe('1');
    expect(logged.join('')).not.toContain('$2b$');
  });

  test('says what of it waits for a restart', async () => {
    const running = await start('web: { max_connections: 20 }\n');
    folder.write('web.yaml', users);
    folder.write('bugflow.yaml', 'web: { max_connections: 20, config_file: web.yaml }\n');
    await running.reload();
    expect(logged.join('')).toContain(
      'what the service began with holds until it is restarted: web.config_file',
    );
    expect((await ask('/-/healthy')).status).toBe(200);
  });

  test('looks at the web file by itself', async () => {
    folder.write('web.yaml', users);
    await start('web: { config_file: web.yaml }\n');
    folder.write('web.yaml', users.replace('anna', 'berta'));
    const status = async (user: string): Promise<number> => (await ask('/metrics', { auth: user })).status;
    await expect.poll(async () => [await status('berta:geheim'), await status(auth)]).toEqual([200, 401]);
  });

  test('does not start with a wrong web file', async () => {
    const file = folder.write('web.yaml', 'basic_auth_user: {}');
    const error = await errorOf(start('web: { config_file: web.yaml }\n'));
    expect([error.code, error.message]).toEqual([
      'CONFIG_INVALID',
      `${file}:1: unknown key "basic_auth_user"; did you mean "basic_auth_users"?`,
    ]);
    const { status, stderr } = await bugflow(
      ['--config', folder.write('bugflow.yaml', 'web: { config_file: gone.yaml }\n'), 'check'],
      { TAIGA_DATABASE_URL: database.url },
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^taiga-bugflow: cannot read \S+gone\.yaml: there is no such file\n$/);
  });

  test('`check` says what the web file amounts to', async () => {
    const file = folder.write('web.yaml', `${users}bearer_token_files: [token]\n`);
    folder.write('token', 'a-token');
    const { stdout } = await bugflow(
      ['--config', folder.write('bugflow.yaml', 'web: { config_file: web.yaml }\n'), 'check'],
      { TAIGA_DATABASE_URL: database.url },
    );
    expect(stdout).toContain(`Web configuration: ${file}: no TLS, users: 1, tokens: 1\n`);
    expect(stdout).not.toMatch(/a-token|\$2b\$/);
  });

  test('shows rows on /collectors, or hides them, after a reload too', async () => {
    const running = await start('');
    const page = async (): Promise<string> => (await ask('/collectors')).body;
    await expect.poll(page).toContain('<td>Doing</td>');
    folder.write('bugflow.yaml', 'web: { row_samples: false }\n');
    await running.reload();
    await expect.poll(async () => (await ask('/-/ready')).status).toBe(200);
    expect(await page()).not.toMatch(/<td>(Doing|shop)<\/td>|Rows of the last run/);
    expect(await page()).toContain('Rows are not shown here: <code>web.row_samples</code> is off.');
  });

  test.skipIf(!hasOpenssl)('speaks TLS (skipped without openssl)', async () => {
    const authority = createAuthority();
    const { certFile, keyFile } = authority.issue('service');
    folder.write(
      'web.yaml',
      `tls_server_config: { cert_file: ${certFile}, key_file: ${keyFile}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ${authority.file} }`,
    );
    const { address } = await start('listen: 0.0.0.0:1\nweb: { config_file: web.yaml }\n');
    expect(address).toMatch(/^https:\/\//);
    expect(logged.join('')).toContain(`metrics at ${address}/metrics`);
    expect(warning()).toEqual([]);
    const tls = {
      ca: readFileSync(authority.file),
      cert: readFileSync(certFile),
      key: readFileSync(keyFile),
    };
    expect((await ask('/-/healthy', { tls })).status).toBe(200);
    await expect(ask('/-/healthy', { tls: { ca: tls.ca } })).rejects.toThrow();
    authority.remove();
  });
});
