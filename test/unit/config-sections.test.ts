import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config/config.js';
import { configSchema } from '../../src/config/schema.js';
import { SECTIONS } from '../../src/config/sections.js';
import { folderWith } from './helpers.js';

test('no two sections share a key or a name', () => {
  for (const of of ['key', 'name'] as const) {
    const all = SECTIONS.map((section) => section[of]);
    expect(new Set(all).size).toBe(all.length);
  }
});

test('each is named after its key, or says otherwise on purpose', () => {
  const camelCase = (key: string): string =>
    key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const others = SECTIONS.filter(({ key, name }) => name !== camelCase(key)).map(({ key, name }) => [
    key,
    name,
  ]);
  expect(others).toEqual([
    ['collectors', 'collectorFiles'],
    ['reports', 'reportPosts'],
    ['new_series_zero_for', 'newSeriesZeroForMs'],
    ['prometheus', 'targetLabels'],
  ]);
});

test('the configuration has what each section amounts to, and nothing else but its file', async () => {
  const config = await loadConfig({
    file: undefined,
    env: { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' },
  });
  expect(Object.keys(config)).toEqual(['file', ...SECTIONS.map(({ name }) => name)]);
  for (const value of Object.values(config)) expect(value).not.toBeInstanceOf(Promise);
});

test.each(['127.0.0.1:10284', '[::1]:1', 'metrics.example.org:65535'])(
  'the scrape is taken to be of %s, where it listens',
  async (listen) => {
    const folder = await folderWith({ 'bugflow.yaml': `listen: "${listen}"\n` });
    const env = { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' };
    const { targetLabels } = await loadConfig({ file: `${folder}/bugflow.yaml`, env });
    expect(targetLabels).toEqual({ job: 'taiga-bugflow', instance: listen });
  },
);

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

test('every key says what it means, and every map refuses what it does not know', () => {
  const look = (schema: Schema, path: string): void => {
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      expect(property.description, `${path}${key}`).toMatch(/\.$/);
      look(property, `${path}${key}.`);
    }
    if (schema.properties) expect(schema.additionalProperties, path).toBe(false);
    else if (typeof schema.additionalProperties === 'object') look(schema.additionalProperties, `${path}*.`);
    if (schema.items) look(schema.items, `${path}[].`);
  };
  look(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Schema, '');
});
