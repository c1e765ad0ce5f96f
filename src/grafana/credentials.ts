import { BugflowError } from '../base/errors.js';
import { readSecret } from '../config/secret.js';

export type CredentialFiles =
  | { readonly tokenFile: string }
  | { readonly user: string; readonly passwordFile: string };

export interface GrafanaCredentials {
  /** The value of the header. Never shown. */
  readonly authorization: string;
  /** Where the credentials come from, for messages. */
  readonly described: string;
  /** How to fix it when Grafana does not accept them. */
  readonly remedy: string;
  /** Never to be shown, although answers may quote the request. */
  readonly secrets: readonly string[];
}

/** @throws BugflowError that names the file */
export async function readCredentials(files: CredentialFiles): Promise<GrafanaCredentials> {
  if ('tokenFile' in files) {
    const token = await readOne(files.tokenFile, 'a token of a service account');
    // A header allows no other characters, and the error of fetch would quote the token.
    if (!/^[\x21-\x7e]+$/.test(token))
      throw new BugflowError(
        'CONFIG_INVALID',
        'this is not a token: it contains blanks or unexpected characters',
        {
          place: { file: files.tokenFile },
        },
      );
    return {
      authorization: `Bearer ${token}`,
      described: `the token in ${files.tokenFile}`,
      remedy: 'make a new token of a service account with the role Editor',
      secrets: [token],
    };
  }
  const password = await readOne(files.passwordFile, 'a password');
  const encoded = Buffer.from(`${files.user}:${password}`).toString('base64');
  return {
    authorization: `Basic ${encoded}`,
    described: `the user ${files.user} with the password in ${files.passwordFile}`,
    remedy: 'check both; after several wrong passwords Grafana refuses the right one for five minutes',
    secrets: [encoded, password],
  };
}

async function readOne(file: string, what: string): Promise<string> {
  const secret = (await readSecret(file)).trim();
  if (secret === '')
    throw new BugflowError('CONFIG_INVALID', `the file is empty; write ${what} into it`, { place: { file } });
  return secret;
}
