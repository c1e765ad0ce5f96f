import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createGrafanaClient } from '../../src/grafana/client.js';
import { readCredentials } from '../../src/grafana/credentials.js';
import { publish } from '../../src/grafana/publish.js';
import { freePort } from '../backfill/servers.js';
import { ROOT } from '../support/bugflow.js';
import { HANG_MS } from '../support/hang.js';
import { folderWith } from '../unit/helpers.js';
import { DASHBOARDS } from './dashboards.js';

test('the stand-in for Grafana runs alone, with the files and settings of a real one', async () => {
  const folder = await folderWith({
    password: 'Geh3im\n',
    'provisioning/datasources/prometheus.yaml':
      'datasources: [{ name: Prometheus, type: prometheus, uid: metrics, url: "$URL", isDefault: true }]\n',
    'provisioning/dashboards/files.yaml':
      'providers: [{ name: files, folder: Taiga, folderUid: taiga, options: { path: "$DASHBOARDS" } }]\n',
    ...Object.fromEntries(DASHBOARDS.map((each) => [`json/${each.uid}.json`, JSON.stringify(each)])),
  });
  const program = join(folder, 'grafana.cjs');
  execFileSync(
    join(ROOT, 'node_modules/.bin/esbuild'),
    [
      ...['test/support/grafana/standalone.ts', '--bundle', '--platform=node', '--format=cjs'],
      ...[`--outfile=${program}`, '--log-level=error'],
    ],
    { cwd: ROOT },
  );
  const port = await freePort();
  const child = spawn(process.execPath, [program], {
    cwd: folder,
    env: {
      GF_PATHS_PROVISIONING: join(folder, 'provisioning'),
      GF_SECURITY_ADMIN_USER: 'boss',
      GF_SECURITY_ADMIN_PASSWORD__FILE: join(folder, 'password'),
      GF_SERVER_HTTP_PORT: String(port),
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_AUTH_ANONYMOUS_ENABLED: 'true',
      DASHBOARDS: join(folder, 'json'),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const credentials = await readCredentials({ user: 'boss', passwordFile: join(folder, 'password') });
  const url = `http://127.0.0.1:${port}`;
  const client = createGrafanaClient({ url, credentials, waitMs: HANG_MS, print: () => undefined });
  const contact = client.contact();
  await Promise.race([contact, ended.then((status) => Promise.reject(new Error(`it ended with ${status}`)))]);
  const published = await publish(client, {
    dashboards: DASHBOARDS,
    projects: [{ slug: 'webshop', name: 'Webshop' }],
    folder: undefined,
    datasource: undefined,
    playlistOnly: true,
    waitMs: HANG_MS,
    addresses: {},
    message: '',
  });
  expect(published).toMatchObject({
    datasource: { uid: 'metrics' },
    walls: [{ uid: 'bugflow-wall-webshop', change: 'created' }],
    playlist: { change: 'created' },
  });
  const anonymous = (await (await fetch(`${url}/api/dashboards/uid/bugflow-wall-webshop`)).json()) as object;
  expect(anonymous).toMatchObject({ meta: { folderUid: 'taiga', provisioned: false } });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
