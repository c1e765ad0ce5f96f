import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A write takes milliseconds, so an older temporary file was left by a crash. */
const LEFTOVER_AFTER_MS = 10 * 60_000;

/**
 * A reader sees the old content or the new, even after a power failure and with several writers at once. Rejects with the
 * system's error and leaves the old file unchanged. Without a mode the process's umask decides.
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

/** Whether this file name, beside the target, is that of a temporary file: in use, or left by a crash. */
export function isTemporaryOf(target: string, name: string): boolean {
  return name.startsWith(`${target}.`) && /^[0-9a-f]{12}\.part$/.test(name.slice(target.length + 1));
}

async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!isTemporaryOf(basename(path), name)) continue;
    const file = join(folder, name);
    // Another writer may have removed it meanwhile.
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > LEFTOVER_AFTER_MS) await rm(file, { force: true }).catch(() => undefined);
  }
}
