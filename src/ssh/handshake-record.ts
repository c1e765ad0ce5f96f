/** What a server said that it speaks. */
export interface HandshakeRecord {
  /** Reads what ssh2 tells of itself. */
  read(line: string): void;
  /** Why no agreement was reached, with a way out; undefined when that was not the reason. */
  explainMismatch(message: string): string | undefined;
}

interface Part {
  readonly failed: RegExp;
  readonly line: string;
  readonly what: string;
  readonly setting: string;
}

const PARTS: readonly Part[] = [
  { failed: /key exchange algorithm/, line: 'KEX method', what: 'key exchange', setting: 'KexAlgorithms' },
  { failed: /host key format/, line: 'Host key format', what: 'host key', setting: 'HostKeyAlgorithms' },
  { failed: /C->S cipher/, line: 'C->S cipher', what: 'cipher', setting: 'Ciphers' },
  { failed: /S->C cipher/, line: 'S->C cipher', what: 'cipher', setting: 'Ciphers' },
  { failed: /C->S MAC/, line: 'C->S MAC', what: 'MAC', setting: 'MACs' },
  { failed: /S->C MAC/, line: 'S->C MAC', what: 'MAC', setting: 'MACs' },
  { failed: /C->S compression/, line: 'C->S compression', what: 'compression', setting: 'Compression' },
  { failed: /S->C compression/, line: 'S->C compression', what: 'compression', setting: 'Compression' },
];

/** What nearly every server has, and this client too. */
const COMMON: Readonly<Record<string, string>> = {
  KexAlgorithms: 'curve25519-sha256',
  HostKeyAlgorithms: 'ssh-ed25519 or rsa-sha2-512',
  Ciphers: 'aes256-gcm@openssh.com or aes256-ctr',
  MACs: 'hmac-sha2-256-etm@openssh.com or hmac-sha2-256',
  Compression: 'none',
};

/** Not algorithms: they say what else a server can do. */
const MARKERS = /^(?:ext-info-|kex-strict-)/;

export function createHandshakeRecord(): HandshakeRecord {
  const spoken = new Map<string, string>();
  return {
    read(line) {
      const match = /^Handshake: \(remote\) ([^:]+): (.*)$/.exec(line);
      if (match?.[1] !== undefined) spoken.set(match[1], match[2] ?? '');
    },
    explainMismatch(message) {
      const part = /no matching/.test(message) ? PARTS.find(({ failed }) => failed.test(message)) : undefined;
      if (part === undefined) return undefined;
      const offered = (spoken.get(part.line) ?? '').split(',').filter((name) => name && !MARKERS.test(name));
      return `knows only ${offered.join(', ') || 'others'} for ${part.what}, which are unknown here; allow ${COMMON[part.setting]} there too (${part.setting} in sshd_config), or go over a jump host that has it`;
    },
  };
}
