import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPassword } from '../../src/database/passwords-file.js';
import { errorOf, folderWith } from './helpers.js';

const LOGIN = { server: { host: 'db', port: 5432 }, database: 'taiga', user: 'u' };

async function fileWith(text: string, mode = 0o600): Promise<string> {
  const file = join(await folderWith({ pgpass: text }), 'pgpass');
  await chmod(file, mode);
  return file;
}

test.each<[text: string, host: string, expected: string | undefined]>([
  ['db:5432:taiga:u:geheim\n', 'db', 'geheim'],
  ['\ufeffdb:5432:taiga:u:geheim\r\n', 'db', 'geheim'],
  ['# db:5432:taiga:u:no\n\n*:*:*:*:geheim', 'db', 'geheim'],
  ['db:5432:taiga:u:one\ndb:5432:taiga:u:two\n', 'db', 'one'],
  ['db:5433:taiga:u:a\ndb:5432:other:u:b\ndb:5432:taiga:v:c\nother:5432:taiga:u:d\n', 'db', undefined],
  ['db:5432:taiga:u:a:b\\:c\\\\d\\e # f \n', 'db', 'a:b:c\\d\\e # f '],
  ['\\:\\:1:*:*:*:geheim\n', '::1', 'geheim'],
  ['localhost:*:*:*:geheim\n', '/run/postgresql', 'geheim'],
  ['/run/postgresql:*:*:*:geheim\n', '/run/postgresql', 'geheim'],
  ['localhost:*:*:*:geheim\n', '/srv/sockets', undefined],
  ['db:5432:taiga:u:\ndb:5432:taiga\n', 'db', undefined],
  ['', 'db', undefined],
])('%j for %s: %s', async (text, host, expected) => {
  const login = { ...LOGIN, server: { host, port: 5432 } };
  expect(await findPassword(await fileWith(text), login)).toBe(expected);
});

test('a file that is not there has no password', async () => {
  expect(await findPassword('/nowhere/.pgpass', LOGIN)).toBeUndefined();
});

test.each([0o640, 0o604, 0o666])('a file that others may read is refused: %o', async (mode) => {
  const file = await fileWith('db:5432:taiga:u:geheim\n', mode);
  const error = await errorOf(findPassword(file, LOGIN));
  expect(error.code).toBe('DATABASE_LOGIN_REFUSED');
  expect(error.message).toContain(`others may read the passwords in ${file} (mode 0${mode.toString(8)})`);
  expect(error.message).toContain(`chmod 600 ${file}`);
  expect(error.message).not.toContain('geheim');
});
