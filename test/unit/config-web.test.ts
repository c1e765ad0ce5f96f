import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import type { WebConfig } from '../../src/config/web-section.js';
import { errorOf, folderWith } from './helpers.js';

const env = { TAIGA_DATABASE_URL: 'postgres://bugflow@localhost/taiga' };

async function load(text: string): Promise<{ folder: string; web: WebConfig }> {
  const folder = await folderWith({ 'config.yaml': text });
  return { folder, web: (await loadConfig({ file: join(folder, 'config.yaml'), env })).web };
}

test('without a section there is no web file, rows are shown, and connections are limited', async () => {
  const { web } = await load('');
  expect(web).toEqual({ configFile: undefined, rowSamples: true, maxConnections: 512 });
});

test('the web file is looked for beside the configuration', async () => {
  const { folder, web } = await load(
    'web: { config_file: etc/web.yaml, row_samples: false, max_connections: 20 }',
  );
  expect(web).toEqual({ configFile: join(folder, 'etc/web.yaml'), rowSamples: false, maxConnections: 20 });
});

test.each([
  ['web:\n  max_connections: 0', ':2: web.max_connections: too small: expected number to be >0'],
  ['web:\n  config_file: ""', ':2: web.config_file: too small: expected string to have >=1 characters'],
  [
    'web:\n  config: web.yaml',
    ':2: unknown key "config"; known here: config_file, row_samples, max_connections',
  ],
])('%j is refused', async (text, message) => {
  const error = await errorOf(load(text));
  expect(error.message.replace(/^.*config\.yaml/, '')).toBe(message);
});
