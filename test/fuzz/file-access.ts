import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What the code under test does with files, from now on. */
export interface FileAccess {
  /** Paths that were read since the last call. @throws Error when something was written. */
  takeReads(): string[];
}

const READING = ['readFile', 'readdir', 'stat', 'lstat', 'open', 'access', 'opendir', 'realpath'] as const;
const WRITING = [
  'writeFile',
  'appendFile',
  'rename',
  'rm',
  'unlink',
  'mkdir',
  'copyFile',
  'chmod',
  'symlink',
] as const;

/** Watches what the service uses for files; a test's own code uses the synchronous functions. */
export function watchFileAccess(): FileAccess {
  let reads: string[] = [];
  let written: string | undefined;
  const watch = (name: string, note: (path: string, flags: unknown) => void): void => {
    const functions = fs.promises as unknown as Record<string, (...args: unknown[]) => unknown>;
    const original = functions[name];
    if (!original) throw new Error(`there is no ${name}`);
    functions[name] = (...args) => {
      note(String(args[0]), args[1]);
      return original.apply(fs.promises, args);
    };
  };
  for (const name of READING) {
    watch(name, (path, flags) => {
      reads.push(path);
      if (name === 'open' && flags !== undefined && flags !== 'r') written = path;
    });
  }
  const { createReadStream } = fs;
  fs.createReadStream = (path, options) => {
    reads.push(String(path));
    return createReadStream(path, options);
  };
  for (const name of WRITING) watch(name, (path) => (written = path));
  syncBuiltinESMExports();
  return {
    takeReads() {
      if (written !== undefined) throw new Error(`${written} was written`);
      const taken = reads;
      reads = [];
      return taken;
    },
  };
}
