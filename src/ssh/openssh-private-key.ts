import { type KeyObject, randomBytes } from 'node:crypto';

/** An Ed25519 key in OpenSSH's own format, unencrypted: the only one in which ssh2 reads such a key. */
export function opensshPrivateKey(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' });
  const [publicHalf, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')];
  const type = field('ssh-ed25519');
  const check = randomBytes(4);
  const secret = Buffer.concat([
    ...[check, check, type, field(publicHalf), field(Buffer.concat([seed, publicHalf])), field('')],
  ]);
  // Padded to the cipher's blocks with 1, 2, 3 …
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1));
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[field('none'), field('none'), field('')],
    numberOf(1),
    field(Buffer.concat([type, field(publicHalf)])),
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString('base64').replace(/.{1,70}/g, '$&\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}-----END OPENSSH PRIVATE KEY-----\n`;
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([numberOf(bytes.length), bytes]);
}

function numberOf(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
