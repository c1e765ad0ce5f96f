import { resolve } from 'node:path';
import { z } from 'zod';
import type { DocumentPath } from '../base/document.js';
import { BugflowError, messageOf } from '../base/errors.js';
import { readAtMost } from '../base/read-at-most.js';
import type { SectionContext } from './section.js';

/** A secret as configured: its text, or the absolute path of the file that holds it. Never shown. */
export type Secret = { readonly text: string } | { readonly file: string };

/** The keys `x` and `x_file` of a section, of which only one may be given. */
export interface SecretKeys<K extends string> {
  /** For the section's schema. */
  readonly keys: Record<K | `${K}_file`, z.ZodOptional<z.ZodType<string, string>>>;
  /**
   * Undefined when neither is given.
   * @param path of the section that has the keys
   * @throws BugflowError when both are given
   */
  resolve(
    raw: Readonly<Partial<Record<K | `${K}_file`, string | undefined>>>,
    section: Pick<SectionContext, 'base' | 'locate'> & {
      /** By default paths are relative to the configuration file. */
      readonly resolveFile?: (path: string) => string;
    },
    path: DocumentPath,
  ): Secret | undefined;
}

export interface SecretOptions {
  /** The keys' descriptions in the reference. */
  readonly meaning: string;
  readonly fileMeaning: string;
  /** The schema of the text; by default any. */
  readonly text?: z.ZodType<string, string>;
  /** The schema of the path; by default any. */
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

/** The current text of a secret; a file is read again each time. @throws BugflowError */
export async function revealSecret(given: Secret): Promise<string> {
  return 'text' in given ? given.text : readSecret(given.file);
}

/** Larger than any URL, password or passphrase. */
const MAX_BYTES = 64 * 1024;

/** Reads a secret of one line from its file, without the line breaks around it. @throws BugflowError */
export async function readSecret(file: string): Promise<string> {
  const text = await readSecretText(file);
  if (/[\r\n]/.test(text)) throw unusable(file, 'has more than one line; only the secret belongs there');
  return text;
}

/**
 * Reads a secret from its file, without what editors and shells add: a byte order mark and the line breaks around it. Blanks
 * may belong to it.
 * @throws BugflowError that never quotes it
 */
export async function readSecretText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  const text = decodeUtf8(bytes)?.replace(/^[\r\n]+|[\r\n]+$/g, '');
  if (text === undefined || text.includes('\0'))
    throw unusable(file, 'is not text in UTF-8; save it as UTF-8');
  return text;
}

function unusable(file: string, problem: string): BugflowError {
  return new BugflowError('CONFIG_UNREADABLE', `the secret file ${file} ${problem}`);
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    const bytes = await readAtMost(file, MAX_BYTES);
    if (bytes === undefined) throw new Error('it is larger than 64 KiB');
    return bytes;
  } catch (error) {
    throw new BugflowError('CONFIG_UNREADABLE', `cannot read the secret file ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Without a byte order mark; undefined when it is not UTF-8. */
function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
