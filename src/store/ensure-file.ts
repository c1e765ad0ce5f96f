import { open } from 'node:fs/promises';

/** Nobody else's business. What SQLite puts beside a file has the same rights. */
const MODE = 0o600;

/** Makes an empty file where there is none. Rejects with the system's error where it may not be written. */
export async function ensureFile(path: string): Promise<void> {
  const file = await open(path, 'a', MODE);
  await file.close();
}
