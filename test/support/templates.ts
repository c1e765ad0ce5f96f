import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'BUGFLOW_TEST_TEMPLATES';

/** Runs before all test files, in vitest's own process: creates a folder for shared files, and removes it at the end. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-templates-'));
  // PostgreSQL runs as another user.
  chmodSync(folder, 0o711);
  process.env[VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** What this process is creating now, as several tests may ask for the same at once. */
const making = new Map<string, Promise<string>>();

/**
 * A file or folder that is expensive to create and the same for every test: the first one who asks creates it. It must only
 * be copied. Undefined outside of tests, where nobody would remove it.
 */
export async function template(
  name: string,
  make: (path: string) => Promise<void>,
): Promise<string | undefined> {
  const folder = process.env[VARIABLE];
  if (folder === undefined) return undefined;
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const made = making.get(name) ?? makeOnce(path, make);
  making.set(name, made);
  return made;
}

async function makeOnce(path: string, make: (path: string) => Promise<void>): Promise<string> {
  const draft = `${path}.${process.pid}`;
  await make(draft);
  try {
    renameSync(draft, path);
  } catch (error) {
    // Another process has created it meanwhile.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  }
  return path;
}
