import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrorCode } from './errors.js';

/**
 * Makes a folder, and those above it, where it is not there yet. The `recursive` of Node.js is not used: it never ends where a file
 * system, like `/proc`, says of a new folder that there is no such directory. @throws Error as `mkdir`
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isErrorCode(error, 'ENOENT') || parent === path) throw error;
    await makeFolder(parent);
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!isErrorCode(error, 'EEXIST') || !(await stat(path)).isDirectory()) throw error;
  }
}
