import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { resolveRoute } from '../../src/ssh/route.js';
import { errorOf, folderWith } from '../unit/helpers.js';

// As for a container's user that is only a number. Not by a mock of the module: others have loaded it already.
const { homedir, userInfo } = os;
function answerWith(functions: Pick<typeof os, 'homedir' | 'userInfo'>): void {
  Object.assign(os, functions);
  syncBuiltinESMExports();
}
beforeAll(() => {
  const unknown = (): never => {
    throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT');
  };
  answerWith({ homedir: unknown, userInfo: unknown });
});
afterAll(() => answerWith({ homedir, userInfo }));

async function sshOf(yaml: string) {
  const folder = await folderWith({
    'bugflow.yaml': `database: { url: "postgres://reader@localhost/taiga" }\nssh: ${yaml}\n`,
  });
  const { ssh } = await loadConfig({ file: join(folder, 'bugflow.yaml'), env: {} });
  if (!ssh) throw new Error('no ssh');
  return ssh;
}

test('an account without a name and a home gets everywhere that is said in full', async () => {
  const ssh = await sshOf('{ host: db.example.org, user: ann, key_file: /run/key, known_hosts: /run/hosts }');
  expect(ssh.home).toBe('/');
  const [hop] = await resolveRoute(ssh, 'no-such-ssh');
  expect(hop).toMatchObject({ label: 'ann@db.example.org:22' });
});

test('as whom to log in has to be said', async () => {
  const ssh = await sshOf('{ host: db.example.org, key_file: /run/key }');
  const error = await errorOf(resolveRoute(ssh, 'no-such-ssh'));
  expect(error.code).toBe('CONFIG_INVALID');
  expect(error.message).toBe(
    'nobody says as whom to log in at db.example.org, and this account has no name; set ssh.user',
  );
});
