import pino from 'pino';
import { expect, test } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { createWebPart } from '../../src/main/parts/web.js';
import { idleInstallation } from '../support/server-options.js';

test.each<[string, (config: Config) => Partial<Config>, string[]]>([
  ['nothing', () => ({}), []],
  [
    'what can change at any time',
    ({ web }) => ({ web: { ...web, rowSamples: false }, timeZone: 'Europe/Rome' }),
    [],
  ],
  ['the address', () => ({ listen: { host: '127.0.0.1', port: 1 } }), ['listen']],
  ['the endpoint', () => ({ reloadEndpoint: true }), ['reload_endpoint']],
  ['the file', ({ web }) => ({ web: { ...web, configFile: '/web.yaml' } }), ['web.config_file']],
  [
    'several',
    ({ web }) => ({ listen: { host: '::1', port: 2 }, web: { ...web, maxConnections: 3 } }),
    ['listen, web.max_connections'],
  ],
])('a reload that changes %s', async (_, change, keys) => {
  const installation = await idleInstallation();
  const logged: string[] = [];
  const part = createWebPart({
    installation,
    web: { lastReadSuccessful: () => undefined },
    log: pino({ base: null }, { write: (line: string) => void logged.push(JSON.parse(line).msg) }),
  });
  part.reload?.({ ...installation, config: { ...installation.config, ...change(installation.config) } });
  expect(logged).toEqual(
    keys.map((found) => `what the service began with holds until it is restarted: ${found}`),
  );
});
