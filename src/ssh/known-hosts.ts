// Reads known_hosts: ssh2 leaves checking the host key to its caller, and without OpenSSH there is no `ssh-keygen -F`.
import { createHmac } from 'node:crypto';
import { BugflowError, isErrorCode, messageOf } from '../base/errors.js';
import { readNamedFile } from '../base/read-at-most.js';
import { matchesPatterns } from './host-patterns.js';

/** A key that known_hosts lists for a host. */
export interface KnownKey {
  readonly type: string;
  /** The key itself, in base64. */
  readonly key: string;
  readonly revoked: boolean;
}

/** The keys that these files list for a host; a missing file lists none. @throws BugflowError */
export async function readKnownKeys(
  files: readonly string[],
  host: string,
  port: number,
): Promise<readonly KnownKey[]> {
  const texts = await Promise.all(files.map(readIfThere));
  return texts.flatMap((text) => findKnownKeys(text, host, port));
}

export function findKnownKeys(text: string, host: string, port: number): KnownKey[] {
  const name = knownHostsName(host, port);
  return text.split(/\r?\n/).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts = '', type, key] = words;
    // Certificates are not supported here, so an authority's key is of no use.
    if (hosts.startsWith('#') || !type || !key || marker === '@cert-authority') return [];
    return matchesHosts(name, hosts) ? [{ type, key, revoked: marker === '@revoked' }] : [];
  });
}

/** The server's name as `known_hosts` writes it. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function matchesHosts(name: string, hosts: string): boolean {
  const hashed = /^\|1\|([^|]+)\|([^|]+)$/.exec(hosts);
  if (hashed === null) return matchesPatterns(name, hosts.split(','));
  const [, salt = '', hash] = hashed;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

async function readIfThere(file: string): Promise<string> {
  try {
    return (await readNamedFile(file)).toString('utf8');
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return '';
    throw new BugflowError('CONFIG_UNREADABLE', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
