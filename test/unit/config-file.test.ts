import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { errorOf, folderWith } from './helpers.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

test('a missing file is named', async () => {
  const folder = await folderWith({});
  const error = await errorOf(loadConfig({ file: join(folder, 'no.yaml'), env: {} }));
  expect(error.code).toBe('CONFIG_UNREADABLE');
  expect(error.message).toBe(`cannot read ${folder}/no.yaml: there is no such file`);
});

test('a folder is not a file', async () => {
  const folder = await folderWith({});
  const error = await errorOf(loadConfig({ file: folder, env: {} }));
  expect(error.message).toBe(`cannot read ${folder}: it is a folder`);
});

test('a file without the right to read it says so', async () => {
  const folder = await folderWith({ 'config.yaml': '' });
  await chmod(join(folder, 'config.yaml'), 0o000);
  // Root may read everything, so root is somebody else for a moment.
  if (isRoot) {
    process.seteuid?.(NOBODY);
    onTestFinished(() => process.seteuid?.(0));
  }
  const error = await errorOf(loadConfig({ file: join(folder, 'config.yaml'), env: {} }));
  expect(error.message).toBe(`cannot read ${folder}/config.yaml: permission denied`);
});

test.each([
  [
    'an open bracket',
    'listen: 127.0.0.1:1\nprojects: [a,\nlabels: {}\n',
    ':3: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['a tab', 'projects:\n\tinclude: []\n', ':2: not valid YAML: Tabs are not allowed as indentation'],
  [
    'a key given twice',
    'listen: 127.0.0.1:1\n\nlisten: 127.0.0.1:2\n',
    ':3: not valid YAML: this key is there twice; keep one',
  ],
  [
    'a pattern that YAML takes for an alias',
    'projects:\n  exclude:\n    - *-archive\n',
    ':3: not valid YAML: an alias refers to an anchor that does not exist; put a text that begins with * in quotes',
  ],
])('YAML that is not valid: %s', async (_name, text, message) => {
  const folder = await folderWith({ 'config.yaml': text });
  const error = await errorOf(loadConfig({ file: join(folder, 'config.yaml'), env: {} }));
  expect(error.code).toBe('CONFIG_INVALID');
  expect(error.message).toBe(`${folder}/config.yaml${message}`);
});

test('aliases that unfold to an immense value are refused', async () => {
  const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const text = levels
    .map((name, i) => {
      const one = i === 0 ? '"x"' : `*${levels[i - 1]}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => one).join(', ')}]`;
    })
    .join('\n');
  const folder = await folderWith({ 'config.yaml': text });
  const error = await errorOf(loadConfig({ file: join(folder, 'config.yaml'), env: {} }));
  expect(error.message).toContain('not valid YAML: there are too many aliases (*NAME)');
});

test('an empty file is a configuration in which everything has its default', async () => {
  const folder = await folderWith({ 'config.yaml': '# nothing yet\n' });
  const config = await loadConfig({
    file: join(folder, 'config.yaml'),
    env: { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' },
  });
  expect(config.listen).toEqual({ host: '127.0.0.1', port: 10_284 });
});
