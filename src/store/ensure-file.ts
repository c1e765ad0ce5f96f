import { open } from 'node:fs/promises';

/** Only for this user. SQLite gives the files that it puts beside this one the same rights. */
const MODE = 0o600;

/** Creates an empty file where there is none. Rejects with the system's error when it cannot. */
export async function ensureFile(path: string): Promise<void> {
  const file = await open(path, 'a', MODE);
  await file.close();
}
