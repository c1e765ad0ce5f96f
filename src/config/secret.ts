import { BugflowError, messageOf } from '../errors.js';
import { readAtMost } from '../files/read-at-most.js';

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
