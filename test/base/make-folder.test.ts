import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../src/base/make-folder.js';
import { createFolder, type Folder } from '../support/bugflow.js';

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

it('makes what is missing on the way to a folder, and takes one that is there', async () => {
  const within = dirname(folder.write('file', ''));
  const path = join(within, 'a', 'b', 'c');
  await Promise.all([makeFolder(path), makeFolder(join(within, 'a', 'd'))]);
  await makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

it('says what is in the way', async () => {
  const file = folder.write('file', '');
  await expect(makeFolder(file)).rejects.toThrow('EEXIST');
  await expect(makeFolder(join(file, 'x'))).rejects.toThrow('ENOTDIR');
});

it.skipIf(!existsSync('/proc/self'))(
  'ends where there are no new folders (skipped without /proc)',
  async () => {
    await expect(makeFolder('/proc/x/y')).rejects.toThrow('ENOENT');
  },
);
