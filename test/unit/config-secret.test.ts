import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readSecret, readSecretText, revealSecret, secret } from '../../src/config/secret.js';
import { errorOf, folderWith } from './helpers.js';

const token = secret('token', { meaning: 'A token.', fileMeaning: 'Its file.', text: z.string().min(8) });
const schema = z.strictObject({ name: z.string().optional(), ...token.keys });
const section = {
  base: '/etc/bugflow',
  locate: (path: readonly PropertyKey[]) => ({ file: 'bugflow.yaml', line: path.length }),
};
const resolve = (given: unknown) => token.resolve(schema.parse(given), section, ['slack', 'app']);

describe('a secret of the configuration', () => {
  test.each([
    [{}, undefined],
    [{ token: 'xoxb-12345' }, { text: 'xoxb-12345' }],
    [{ token_file: 'token' }, { file: '/etc/bugflow/token' }],
    [{ token_file: '/run/secrets/token' }, { file: '/run/secrets/token' }],
  ])('%j is %j', (given, expected) => {
    expect(resolve(given)).toEqual(expected);
  });

  test('is one of the two, and the error does not show it', async () => {
    const error = await errorOf(() => resolve({ token: 'xoxb-12345', token_file: 'token' }));
    expect([error.code, error.message]).toEqual([
      'CONFIG_INVALID',
      'bugflow.yaml:3: slack.app.token and slack.app.token_file are both given; keep one',
    ]);
  });

  test('has keys that are documented and strict', () => {
    expect([schema.shape.token.description, schema.shape.token_file.description]).toEqual([
      'A token.',
      'Its file.',
    ]);
    expect(schema.safeParse({ token: 'short' }).success).toBe(false);
    expect(schema.safeParse({ tokn: 'xoxb-12345' }).success).toBe(false);
  });

  test('finds its file where the section says', () => {
    const resolveFile = (path: string): string => `/home/anna/${path}`;
    expect(token.resolve({ token_file: 'token' }, { ...section, resolveFile }, [])).toEqual({
      file: '/home/anna/token',
    });
  });

  test('is read anew each time, without the line break at its end', async () => {
    const folder = await folderWith({ token: 'first\n' });
    expect(await revealSecret({ file: `${folder}/token` })).toBe('first');
    expect(await revealSecret({ text: 'second' })).toBe('second');
    const error = await errorOf(revealSecret({ file: `${folder}/gone` }));
    expect([error.code, error.message]).toEqual([
      'CONFIG_UNREADABLE',
      expect.stringContaining(`cannot read the secret file ${folder}/gone: ENOENT`),
    ]);
  });
});

describe('a file with a secret', () => {
  test.each<[string, string | Buffer]>([
    ['an editor adds a line break', 'p w\n'],
    ['some add two', 'p w\n\n'],
    ['or those of another system', '\r\np w\r\n\r\n'],
    ['or a byte order mark', '\ufeffp w\r\n'],
    ['or nothing', 'p w'],
  ])('%s: %j', async (_, content) => {
    const folder = await folderWith({ secret: content });
    expect(await readSecret(`${folder}/secret`)).toBe('p w');
    expect(await readSecretText(`${folder}/secret`)).toBe('p w');
  });

  test('keeps blanks, and may be empty', async () => {
    const folder = await folderWith({ secret: ' p \t\n', empty: '\n' });
    expect(await readSecret(`${folder}/secret`)).toBe(' p \t');
    expect(await readSecret(`${folder}/empty`)).toBe('');
  });

  test.each<[string, string | Buffer, string]>([
    ['several lines', 'geheim\ngeheim', 'has more than one line; only the secret belongs there'],
    ['UTF-16, as PowerShell writes it', Buffer.from('\ufeffgeheim\r\n', 'utf16le'), 'is not text in UTF-8'],
    ['UTF-16 without its mark', Buffer.from('geheim', 'utf16le'), 'is not text in UTF-8'],
    ['Latin-1', Buffer.from('geheim\xe4', 'latin1'), 'is not text in UTF-8; save it as UTF-8'],
  ])('is refused with %s', async (_, content, message) => {
    const folder = await folderWith({ secret: content });
    const error = await errorOf(readSecret(`${folder}/secret`));
    expect(error.code).toBe('CONFIG_UNREADABLE');
    expect(error.message).toContain(`the secret file ${folder}/secret ${message}`);
    expect(error.message).not.toContain('geheim');
  });
});
