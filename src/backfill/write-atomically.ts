import { open, rename, rm } from 'node:fs/promises';
import { outputError } from './output-error.js';

/** Whoever reads the file sees the old content or the new one, also after a power cut. */
export async function writeJsonAtomically(path: string, content: unknown): Promise<void> {
  const temporary = `${path}.part`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw outputError(error, path);
  }
}
