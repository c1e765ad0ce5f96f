import { BugflowError } from '../base/errors.js';
import { readSecret } from './secret.js';

/** Files with what lets somebody in to an HTTP server. */
export type LoginFiles =
  | { readonly tokenFile: string }
  | { readonly user: string; readonly passwordFile: string };

export interface Login {
  /** The value of the header. Never shown. */
  readonly authorization: string;
  /** Never to be shown, although answers may quote the request. */
  readonly secrets: readonly string[];
}

/** @throws BugflowError that names the file */
export async function readLogin(files: LoginFiles, tokenOf = 'a token'): Promise<Login> {
  if ('tokenFile' in files) {
    const token = await readOne(files.tokenFile, tokenOf);
    // A header allows no other characters, and the error of fetch would quote the token.
    if (!/^[\x21-\x7e]+$/.test(token))
      throw new BugflowError(
        'CONFIG_INVALID',
        'this is not a token: it contains blanks or unexpected characters',
        {
          place: { file: files.tokenFile },
        },
      );
    return { authorization: `Bearer ${token}`, secrets: [token] };
  }
  const password = await readOne(files.passwordFile, 'a password');
  const encoded = Buffer.from(`${files.user}:${password}`).toString('base64');
  return { authorization: `Basic ${encoded}`, secrets: [encoded, password] };
}

async function readOne(file: string, what: string): Promise<string> {
  const secret = (await readSecret(file)).trim();
  if (secret === '')
    throw new BugflowError('CONFIG_INVALID', `the file is empty; write ${what} into it`, { place: { file } });
  return secret;
}
