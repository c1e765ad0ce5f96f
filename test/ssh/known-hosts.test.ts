import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findKnownKeys } from '../../src/ssh/known-hosts.js';
import { folderWith } from '../unit/helpers.js';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIBcwf0Nl9pyGEKPsV4MYXbHrhAMkQpaTKSCfCmEI3Dsm';

function keysOf(text: string, host = 'db.example.org', port = 22): string[] {
  return findKnownKeys(text, host, port).map(({ type, revoked }) => (revoked ? `revoked ${type}` : type));
}

describe('known_hosts', () => {
  test.each([
    ['a plain name', `db.example.org ssh-ed25519 ${KEY}`, ['ssh-ed25519']],
    ['one of several names', `10.0.0.7,DB.example.org ssh-ed25519 ${KEY} a comment`, ['ssh-ed25519']],
    ['wildcards', `*.example.??? ssh-ed25519 ${KEY}`, ['ssh-ed25519']],
    ['a name that is ruled out', `*.example.org,!db.example.org ssh-ed25519 ${KEY}`, []],
    [
      'several keys',
      `db.example.org ssh-ed25519 ${KEY}\r\ndb.example.org ssh-rsa AAAA`,
      ['ssh-ed25519', 'ssh-rsa'],
    ],
    ['a revoked key', `@revoked * ssh-ed25519 ${KEY}`, ['revoked ssh-ed25519']],
    ['an authority, whose certificates are not used', `@cert-authority * ssh-ed25519 ${KEY}`, []],
    [
      'comments, blank and broken lines',
      `# db.example.org ssh-ed25519 ${KEY}\n\ndb.example.org ssh-ed25519`,
      [],
    ],
    ['a name that only begins alike', `db.example.org.evil.net ssh-ed25519 ${KEY}`, []],
    ['a point that is no wildcard', `dbxexample.org ssh-ed25519 ${KEY}`, []],
    ['another port', `[db.example.org]:2222 ssh-ed25519 ${KEY}`, []],
  ])('%s', (_title, text, expected) => {
    expect(keysOf(text)).toEqual(expected);
  });

  test('another port than 22 is part of the name', () => {
    const text = `[db.example.org]:2222 ssh-ed25519 ${KEY}`;
    expect(keysOf(text, 'db.example.org', 2222)).toEqual(['ssh-ed25519']);
    expect(keysOf(`db.example.org ssh-ed25519 ${KEY}`, 'db.example.org', 2222)).toEqual([]);
  });

  test('names as ssh-keygen hashes them', async () => {
    const folder = await folderWith({
      known_hosts: `db.example.org ssh-ed25519 ${KEY}\n[db.example.org]:2222 ssh-rsa ${KEY}\n`,
    });
    const file = join(folder, 'known_hosts');
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'pipe' });
    const hashed = readFileSync(file, 'utf8');
    expect(hashed).toMatch(/^\|1\|/);
    expect(hashed).not.toContain('example');
    expect(keysOf(hashed)).toEqual(['ssh-ed25519']);
    expect(keysOf(hashed, 'other.example.org')).toEqual([]);
  });
});
