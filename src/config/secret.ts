import { resolve } from 'node:path';
import { z } from 'zod';
import type { DocumentPath } from '../base/document.js';
import { BugflowError, messageOf } from '../base/errors.js';
import { readAtMost } from '../base/read-at-most.js';
import type { SectionContext } from './section.js';

/** A secret as it was given: itself, or the absolute path of the file that holds it. Never shown. */
export type Secret = { readonly text: string } | { readonly file: string };

/** A secret of a section: the keys `x` and `x_file`, of which one may be given. */
export interface SecretKeys<K extends string> {
  /** For the section's schema. */
  readonly keys: Record<K | `${K}_file`, z.ZodOptional<z.ZodType<string, string>>>;
  /**
   * Undefined where neither is given.
   * @param path of the section that has the keys
   * @throws BugflowError where both are
   */
  resolve(
    raw: Readonly<Partial<Record<K | `${K}_file`, string | undefined>>>,
    section: Pick<SectionContext, 'base' | 'locate'> & {
      /** Instead of taking paths as relative to the configuration file. */
      readonly resolveFile?: (path: string) => string;
    },
    path: DocumentPath,
  ): Secret | undefined;
}

export interface SecretOptions {
  /** What the keys mean, for the reference. */
  readonly meaning: string;
  readonly fileMeaning: string;
  /** What the text must look like; anything by default. */
  readonly text?: z.ZodType<string, string>;
  /** What the path must look like; anything by default. */
  readonly file?: z.ZodType<string, string>;
}

export function secret<K extends string>(key: K, options: SecretOptions): SecretKeys<K> {
  const { meaning, fileMeaning, text = z.string(), file = z.string() } = options;
  const fileKey = `${key}_file` as const;
  return {
    keys: {
      [key]: text.optional().describe(meaning),
      [fileKey]: file.optional().describe(fileMeaning),
    } as SecretKeys<K>['keys'],
    resolve(raw, { base, locate, resolveFile = (file) => resolve(base, file) }, path) {
      const [given, givenFile] = [raw[key], raw[fileKey]];
      if (given !== undefined && givenFile !== undefined) {
        const name = (last: string): string => [...path, last].join('.');
        throw new BugflowError(
          'CONFIG_INVALID',
          `${name(key)} and ${name(fileKey)} are both given; keep one`,
          { place: locate([...path, fileKey]) },
        );
      }
      if (givenFile !== undefined) return { file: resolveFile(givenFile) };
      return given === undefined ? undefined : { text: given };
    },
  };
}

/** A secret as it is now: its file is read anew each time. @throws BugflowError */
export async function revealSecret(given: Secret): Promise<string> {
  return 'text' in given ? given.text : readSecret(given.file);
}

/** A URL, a password, a passphrase: whatever is larger is another file. */
const MAX_BYTES = 64 * 1024;

/** A secret from its file, without the line break that editors add. @throws BugflowError */
export async function readSecret(file: string): Promise<string> {
  try {
    const bytes = await readAtMost(file, MAX_BYTES);
    if (bytes === undefined) throw new Error('it is larger than 64 KiB');
    return bytes.toString('utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new BugflowError('CONFIG_UNREADABLE', `cannot read the secret file ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
