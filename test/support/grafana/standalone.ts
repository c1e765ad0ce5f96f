/*
 * The fake Grafana as a program, for a container without Grafana. It reads the same environment variables and the same
 * provisioning folder as Grafana's image. To make a single file of it that needs only Node:
 *   npx esbuild test/support/grafana/standalone.ts --bundle --platform=node --format=cjs --outfile=grafana.cjs
 */
import { readFileSync } from 'node:fs';
import { startGrafanaServer } from '../grafana-server.js';
import { readProvisioning } from './provisioning.js';
import { createGrafanaStore } from './store.js';

const { env } = process;

function setting(name: string, byDefault: string): string {
  const file = env[`${name}__FILE`];
  return file === undefined ? (env[name] ?? byDefault) : readFileSync(file, 'utf8').trim();
}

async function main(): Promise<void> {
  const store = createGrafanaStore();
  const datasources = readProvisioning(
    setting('GF_PATHS_PROVISIONING', '/etc/grafana/provisioning'),
    store,
    env,
  );
  const user = setting('GF_SECURITY_ADMIN_USER', 'admin');
  const server = await startGrafanaServer({
    store,
    datasources,
    host: setting('GF_SERVER_HTTP_ADDR', '0.0.0.0'),
    port: Number(setting('GF_SERVER_HTTP_PORT', '3000')),
    accounts: {
      users: { [`${user}:${setting('GF_SECURITY_ADMIN_PASSWORD', 'admin')}`]: 'admin' },
      anonymous: setting('GF_AUTH_ANONYMOUS_ENABLED', 'false') === 'true',
    },
  });
  process.stdout.write(`stand-in for Grafana at ${server.url}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void server.close().then(() => process.exit(0)));
}

void main();
