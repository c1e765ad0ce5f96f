import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A write takes milliseconds: a temporary file that is older was left by a crash. */
const LEFTOVER_AFTER_MS = 10 * 60_000;

/**
 * Whoever reads the file sees the old content or the new one, also after a power cut and with several writers at once.
 * Rejects with the system's error; the old file is then as it was. Without a mode the process's umask decides.
 */
export async function writeAtomically(path: string, content: string | Buffer, mode?: number): Promise<void> {
  await removeLeftovers(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    const file = await open(temporary, 'wx');
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Whether a file of this name, beside the target, is one that is being written, or was left by a crash. */
export function isTemporaryOf(target: string, name: string): boolean {
  return name.startsWith(`${target}.`) && /^[0-9a-f]{12}\.part$/.test(name.slice(target.length + 1));
}

async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!isTemporaryOf(basename(path), name)) continue;
    const file = join(folder, name);
    // Another writer may have finished with it meanwhile.
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > LEFTOVER_AFTER_MS) await rm(file, { force: true }).catch(() => undefined);
  }
}
