import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostSettings } from '../../src/ssh/host-settings.js';
import { createOpensshLookup } from '../../src/ssh/openssh-client.js';
import { parseSshConfig } from '../../src/ssh/ssh-config-text.js';
import { cases, SEED } from '../support/effort.js';
import { folderWith } from '../unit/helpers.js';

const pattern = fc.constantFrom(
  'taiga',
  '*',
  't*a',
  '!taiga',
  '!*.org',
  'ta?ga',
  'taig?',
  'db.org',
  '*.org',
  'taiga?',
  '?*',
);
const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
const head = fc.oneof(
  patterns.map((all) => `Host ${all.join(' ')}`),
  patterns.map((all) => `Match originalhost ${all.join(',')}`),
  patterns.map((all) => `Match host ${all.join(',')}`),
  fc.constantFrom('ann', 'a*', '!ann,*').map((user) => `Match user ${user}`),
  fc.constant('match all'),
);
const setting = fc.oneof(
  fc.constantFrom('HostName db.org', 'hostname=%h.org', 'HostName "x.org"'),
  fc.integer({ min: 1, max: 9 }).map((n) => `Port ${n}`),
  fc.constantFrom('User ann', 'user "bob"', 'User=eve'),
  fc.constantFrom('IdentityFile ~/.ssh/a', 'identityfile "/k b"', 'IdentityFile /c # x'),
  fc.constantFrom('ProxyJump a@b:3', 'proxyjump none', 'ProxyJump x,y'),
);
const block = fc
  .tuple(head, fc.array(setting, { minLength: 1, maxLength: 4 }))
  .map(([first, rest]) => `${first}\n  ${rest.join('\n  ')}\n`);

test.skipIf(spawnSync('ssh', ['-V']).status !== 0)(
  'OpenSSH’s configuration is read as OpenSSH itself reads it',
  async () => {
    const folder = await folderWith({});
    let files = 0;
    /** What is left open is filled in as whoever asks does. */
    const complete = (settings: HostSettings | undefined, host: string) => ({
      hostName: (settings?.hostName ?? host).replaceAll('%h', host),
      port: settings?.port ?? 22,
      user: settings?.user ?? userInfo().username,
      identityFiles: settings?.identityFiles,
      proxyJump: settings?.proxyJump === 'none' ? undefined : settings?.proxyJump,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(block, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('taiga', 'db.org'),
        async (blocks, host) => {
          files += 1;
          const file = join(folder, `config-${files}`);
          const text = blocks.join('');
          writeFileSync(file, text);
          const asked = await createOpensshLookup('ssh', file)({ host });
          expect(complete(parseSshConfig(file, text)({ host }), host)).toEqual(complete(asked, host));
        },
      ),
      { numRuns: cases(30), seed: SEED },
    );
  },
);
