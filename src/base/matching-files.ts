import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BugflowError, type ErrorCode } from './errors.js';
import { fitsWildcard } from './wildcard.js';

/** How errors speak of the files, like `collectors`, which is also the key of the configuration. */
export interface FilesAsked {
  readonly what: string;
  readonly key: string;
  readonly code: ErrorCode;
}

/**
 * The files that an absolute path with wildcards in its file name means, by name.
 * @throws BugflowError when there is none
 */
export async function matchingFiles(pattern: string, { what, key, code }: FilesAsked): Promise<string[]> {
  const folder = dirname(pattern);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new BugflowError(
      code,
      `cannot read the folder ${folder} of the ${what} ${pattern}; create it or fix \`${key}\` in the configuration`,
      { cause: error },
    );
  }
  const matching = names.filter((name) => fitsWildcard(name, basename(pattern))).sort();
  if (matching.length === 0)
    throw new BugflowError(
      code,
      `no file matches ${pattern}; add one or fix \`${key}\` in the configuration`,
    );
  return matching.map((name) => join(folder, name));
}
