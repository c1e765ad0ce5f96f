import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { BugflowError } from '../base/errors.js';
import { type KnownKey, knownHostsName } from './known-hosts.js';
import type { Hop } from './route.js';

const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** All supported algorithms. Those of the known keys come first, so that the server shows one of them. */
export function hostKeyAlgorithms(known: readonly KnownKey[]): ServerHostKeyAlgorithm[] {
  const types = new Set(known.filter(({ revoked }) => !revoked).map(({ type }) => type));
  const isKnown = (algorithm: string): boolean =>
    types.has(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((algorithm) => !isKnown(algorithm))];
}

/** The fingerprint as `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Why the key that a server shows must not be trusted; undefined when it may be. */
export function refuseHostKey(key: Buffer, hop: Hop, known: readonly KnownKey[]): BugflowError | undefined {
  const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
  const fingerprint = fingerprintOf(key);
  const shown = `${type} ${fingerprint}`;
  const server = `the SSH server ${hop.label}`;
  const compare = `compare this fingerprint with what \`ssh-keygen -lf /etc/ssh/ssh_host_${shortType(type)}_key.pub\` prints on the server`;
  const refuse = (message: string): BugflowError => new BugflowError('TUNNEL_HOST_KEY', message);

  const same = known.filter((entry) => entry.key === key.toString('base64'));
  if (same.some(({ revoked }) => revoked)) {
    return refuse(
      `${server} shows a key that known_hosts marks as revoked: ${shown}; do not connect before its administrator has given it a new one`,
    );
  }
  const { hostKey } = hop.login;
  if (hostKey !== undefined) {
    if (hostKey === fingerprint) return undefined;
    return refuse(
      `${server} shows another key than the pinned ${hostKey}: ${shown}; somebody may be in between; ${compare}, and only if they are the same set host_key to it`,
    );
  }
  if (same.length > 0) return undefined;

  const file = hop.knownHostsFiles[0] ?? '';
  const name = knownHostsName(hop.host, hop.port);
  if (known.some(({ revoked }) => !revoked)) {
    return refuse(
      `${server} shows another key than the one in known_hosts: ${shown}; somebody may be in between, or the server was set up again; ${compare}, and only if they are the same remove the old key with \`ssh-keygen -f '${file}' -R '${name}'\` and set host_key: "${fingerprint}"`,
    );
  }
  return refuse(
    `${server} shows an unknown key: ${shown}; ${compare}, then set host_key: "${fingerprint}" or append the line \`${name} ${type} ${key.toString('base64')}\` to ${file}`,
  );
}

function shortType(type: string): string {
  return type.startsWith('ecdsa') ? 'ecdsa' : type.replace('ssh-', '');
}
