import { readFile } from 'node:fs/promises';
import { BugflowError, messageOf } from '../errors.js';

/** A secret from its file, without the line break that editors add. @throws BugflowError */
export async function readSecret(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new BugflowError('CONFIG_UNREADABLE', `cannot read the secret file ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
