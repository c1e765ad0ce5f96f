// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration are written so.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Config, loadConfig } from '../../src/config/config.js';
import type { Environment } from '../../src/config/expand.js';
import { errorOf, folderWith } from './helpers.js';

async function load(text: string, env: Environment): Promise<Config> {
  const folder = await folderWith({ 'config.yaml': text });
  return loadConfig({
    file: join(folder, 'config.yaml'),
    env: { TAIGA_DATABASE_URL: 'postgres://localhost/taiga', ...env },
  });
}

test.each([
  ['${NAME}', { NAME: 'webshop' }, 'webshop'],
  ['${NAME}-${NAME}', { NAME: 'a' }, 'a-a'],
  ['${NAME:-fallback}', {}, 'fallback'],
  ['${NAME:-fallback}', { NAME: '' }, 'fallback'],
  ['${NAME:-fallback}', { NAME: 'set' }, 'set'],
  ['x${NAME}', { NAME: '' }, 'x'],
  ['x${NAME:-}', {}, 'x'],
  ['$${NAME}', { NAME: 'never' }, '${NAME}'],
  ['a$$b$c', {}, 'a$b$c'],
  ['${NAME}', { NAME: '${OTHER}', OTHER: 'not expanded again' }, '${OTHER}'],
])('%s', async (text, env, expected) => {
  expect((await load(`projects: { include: ['${text}'] }`, env)).projects.include).toEqual([expected]);
});

test('a value with the characters of YAML stays one value', async () => {
  const secret = 'a: [b]\n# "c" \'d\' &e *f {g} | > %';
  const config = await load('projects:\n  include:\n    - ${NAME}\n  exclude: [plain]\n', { NAME: secret });
  expect(config.projects).toEqual({ include: [secret], exclude: ['plain'] });
});

test('a variable that is not set is an error at its line', async () => {
  const error = await errorOf(load('listen: 127.0.0.1:1\nprojects:\n  include:\n    - ${NAME}\n', {}));
  expect(error.code).toBe('CONFIG_INVALID');
  expect(error.message).toMatch(
    /config\.yaml:4: \$\{NAME\} is not set; set the environment variable NAME or write \$\{NAME:-default\}$/,
  );
});

test('keys are not expanded', async () => {
  const error = await errorOf(load('${NAME}: x\n', { NAME: 'listen' }));
  expect(error.message).toContain('config.yaml:1: unknown key "${NAME}"');
});
