import { stat } from 'node:fs/promises';
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2';
import { BugflowError, messageOf } from '../base/errors.js';
import { readNamedFile } from '../base/read-at-most.js';
import { readSecret } from '../config/secret.js';
import type { Hop } from './route.js';

/** One way to log in. */
export interface Credential {
  /** For messages; never contains the secret. */
  readonly name: string;
  readonly method: AnyAuthMethod;
}

/** The ways to log in, in the order in which they are tried. Files are read again each time. @throws BugflowError */
export async function readCredentials(hop: Hop): Promise<readonly Credential[]> {
  const { login, user: username } = hop;
  const credentials: Credential[] = [];
  const addKey = (file: string, key: ParsedKey): void => {
    credentials.push({ name: `the key ${file}`, method: { type: 'publickey', username, key } });
  };
  if (login.keyFile !== undefined) addKey(login.keyFile, await readKey(login.keyFile, hop));
  if (login.agent !== undefined) {
    const method: AnyAuthMethod = { type: 'agent', username, agent: login.agent };
    credentials.push({ name: 'the keys of the agent', method });
  }
  if (login.passwordFile !== undefined) {
    const password = await readSecret(login.passwordFile);
    const name = `the password in ${login.passwordFile}`;
    credentials.push({ name, method: { type: 'password', username, password } });
    // Servers that check passwords through PAM accept them only this way.
    credentials.push({
      name,
      method: {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
      },
    });
  }
  if (login.keyFile === undefined && login.passwordFile === undefined) {
    for (const file of hop.identityFiles) {
      if (!(await exists(file))) continue;
      try {
        addKey(file, await readKey(file, hop));
      } catch (error) {
        // The agent may hold the same key, already unlocked.
        if (login.agent === undefined) throw error;
      }
    }
  }
  if (credentials.length === 0) {
    throw new BugflowError(
      'TUNNEL_LOGIN_REFUSED',
      `there is nothing to log in with at ${hop.label}; set key_file or password_file under ssh, or start an SSH agent`,
    );
  }
  return credentials;
}

async function readKey(file: string, { login }: Hop): Promise<ParsedKey> {
  const refuse = (message: string, cause?: unknown): BugflowError =>
    new BugflowError('TUNNEL_KEY_FILE', message, { cause });
  let bytes: Buffer;
  try {
    const { mode, uid } = await stat(file);
    // As OpenSSH does: checked only for files of this user. Files from systemd or a container belong to another user.
    if (uid === process.getuid?.() && (mode & 0o077) !== 0) {
      throw refuse(
        `others may read the private key ${file} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}); fix it with: chmod 600 ${file}`,
      );
    }
    bytes = await readNamedFile(file);
  } catch (error) {
    if (error instanceof BugflowError) throw error;
    throw refuse(`cannot read the private key ${file}: ${messageOf(error)}`, error);
  }
  const passphrase =
    login.passphraseFile === undefined ? login.passphrase : await readSecret(login.passphraseFile);
  const parsed: unknown = ssh2.utils.parseKey(bytes, passphrase);
  // In some cases ssh2 returns a list for OpenSSH's own format, although its types do not say so.
  const key: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key instanceof Error) {
    if (/no passphrase given/i.test(key.message)) {
      throw refuse(`the private key ${file} has a passphrase; give it with ssh.passphrase_file`);
    }
    if (passphrase !== undefined && /passphrase|integrity|decrypt/i.test(key.message)) {
      throw refuse(`the passphrase does not open the private key ${file}; check ssh.passphrase_file`);
    }
    throw refuse(`${file} is not a private key that can be used: ${key.message}`);
  }
  const usable = key as ParsedKey;
  if (!usable.isPrivateKey()) {
    throw refuse(`${file} is a public key; name the private one, usually the same without .pub`);
  }
  return usable;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
