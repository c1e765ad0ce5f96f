import { createPrivateKey, type KeyObject } from 'node:crypto';
import { stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { BugflowError, messageOf } from '../base/errors.js';
import { readNamedFile } from '../base/read-at-most.js';
import { opensshPrivateKey } from './openssh-private-key.js';

/** Reads a private key: OpenSSH's format, PEM as `openssl` writes it, PKCS#8, and PuTTY's as far as ssh2 knows it. */
export async function readPrivateKey(
  file: string,
  passphrase: string | Buffer | undefined,
): Promise<ParsedKey> {
  const refuse = (message: string, cause?: unknown): BugflowError =>
    new BugflowError('TUNNEL_KEY_FILE', message, { cause });
  const bytes = await readOwnFile(file, refuse);
  // Editors and copying leave marks that OpenSSH passes over, too.
  const text = bytes
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .replace(/\r\n?/g, '\n')
    .trimStart();
  const way = wayOut(file, bytes, text);
  const read = isPkcs8(text) ? await unpacked(text, passphrase) : parse(text, passphrase);
  if (read instanceof Error) {
    const { message } = read;
    if (/no passphrase given|passphrase required|interrupted or cancelled/i.test(message))
      throw refuse(`the private key ${file} has a passphrase; give it with ssh.passphrase_file`);
    if (passphrase !== undefined && /passphrase|integrity|decrypt/i.test(message))
      throw refuse(`the passphrase does not open the private key ${file}; check ssh.passphrase_file`);
    throw refuse(`${file} is not a private key that can be used: ${way ?? message}`, read);
  }
  if (!read.isPrivateKey())
    throw refuse(`${file} is a public key; name the private one, usually the same without .pub`);
  return read;
}

/** The public half of a private key, from the file itself or the one beside it; undefined where neither tells. */
export async function readPublicHalf(file: string): Promise<Buffer | undefined> {
  for (const candidate of [file, `${file}.pub`]) {
    const bytes = await readNamedFile(candidate).catch(() => undefined);
    const key = bytes === undefined ? undefined : parse(bytes.toString('latin1'), undefined);
    if (key !== undefined && !(key instanceof Error)) return key.getPublicSSH();
  }
  return undefined;
}

async function readOwnFile(
  file: string,
  refuse: (message: string, cause?: unknown) => BugflowError,
): Promise<Buffer> {
  try {
    const { mode, uid } = await stat(file);
    // As OpenSSH does: checked only for files of this user. Files from systemd or a container belong to another user.
    if (uid === process.getuid?.() && (mode & 0o077) !== 0) {
      throw refuse(
        `others may read the private key ${file} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}); fix it with: chmod 600 ${file}`,
      );
    }
    return await readNamedFile(file);
  } catch (error) {
    if (error instanceof BugflowError) throw error;
    throw refuse(`cannot read the private key ${file}: ${messageOf(error)}`, error);
  }
}

function parse(text: string, passphrase: string | Buffer | undefined): ParsedKey | Error {
  const parsed: unknown = ssh2.utils.parseKey(text, passphrase);
  // In some cases ssh2 returns a list for OpenSSH's own format, although its types do not say so.
  return (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | Error;
}

const isPkcs8 = (text: string): boolean => /^-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/m.test(text);

/** ssh2 does not read PKCS#8, and Node does: so it is written anew in a format that ssh2 reads. */
async function unpacked(text: string, passphrase: string | Buffer | undefined): Promise<ParsedKey | Error> {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text, passphrase });
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
  const { asymmetricKeyType: type } = key;
  if (type === 'rsa') return parse(key.export({ type: 'pkcs1', format: 'pem' }).toString(), undefined);
  if (type === 'ec') return parse(key.export({ type: 'sec1', format: 'pem' }).toString(), undefined);
  if (type === 'ed25519') return parse(opensshPrivateKey(key), undefined);
  return new Error(`it is of the kind ${type}, which SSH does not have; ${NEW_KEY}`);
}

const NEW_KEY = 'make another with: ssh-keygen -t ed25519 -f NEW';

/** What to do about a format that is not read; undefined where only the reader's own words help. */
function wayOut(file: string, bytes: Buffer, text: string): string | undefined {
  const version = /^PuTTY-User-Key-File-(\d+)/.exec(text)?.[1];
  if (version !== undefined)
    return `it is in PuTTY's format (version ${version}); convert it with: puttygen ${file} -O private-openssh-new -o NEW`;
  if (/^---- BEGIN SSH2 /.test(text))
    return `it is in the format of ssh.com; convert it with: ssh-keygen -i -f ${file} > NEW`;
  if (/^-----BEGIN (?:PUBLIC|RSA PUBLIC) KEY-----/m.test(text))
    return 'it is a public key; name the private one';
  if (/^-----BEGIN CERTIFICATE-----/m.test(text)) return 'it is a certificate; name the private key';
  if (bytes[0] === 0x30)
    return `it seems to be DER; convert it with: openssl pkey -inform DER -in ${file} -out NEW`;
  if (/^-----BEGIN DSA PRIVATE KEY-----/m.test(text))
    return `it is a DSA key, which servers refuse; ${NEW_KEY}`;
  if (/^-----BEGIN (?:RSA|EC) PRIVATE KEY-----/m.test(text))
    return `this kind of encryption is not read; convert it with: ssh-keygen -p -f ${file}`;
  if (isSecurityKey(text))
    return `it needs a security key that somebody touches, which a service cannot do; ${NEW_KEY}`;
  return undefined;
}

function isSecurityKey(text: string): boolean {
  const body = /^-----BEGIN OPENSSH PRIVATE KEY-----\n([\s\S]*?)-----END/m.exec(text)?.[1];
  return body !== undefined && /\0sk-(?:ssh|ecdsa)-/.test(Buffer.from(body, 'base64').toString('latin1'));
}
