// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables that way.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BugflowError } from '../../src/base/errors.js';
import { fitsWildcard } from '../../src/base/wildcard.js';
import { loadConfig } from '../../src/config/config.js';
import { cronProblem } from '../../src/scheduling/cron-expression.js';
import { findKnownKeys } from '../../src/ssh/known-hosts.js';
import { parseSshConfig } from '../../src/ssh/ssh-config-text.js';
import { scanParameters } from '../../src/taiga/sql/scan.js';
import { HANG_MS } from '../support/hang.js';
import { errorOf, folderWith } from './helpers.js';

/** What only a hang would need: these texts once took minutes, or the process with them. */
const LIMIT = { timeout: HANG_MS };

async function refusal(content: string | Buffer, env = {}): Promise<string> {
  const file = join(await folderWith({}), 'bugflow.yaml');
  writeFileSync(file, content);
  const error = await errorOf(loadConfig({ file, env: { TAIGA_DATABASE_URL: 'postgres://a@b/c', ...env } }));
  expect(error.code).toBe('CONFIG_INVALID');
  expect(error.message.length).toBeLessThan(1000);
  return error.message.replace(file, '');
}

describe('a configuration', () => {
  it.each([
    [
      'with thousands of lists in one another',
      '- '.repeat(50_000),
      ':1: not valid YAML: there are more than 50 nested levels',
    ],
    [
      'with thousands of brackets',
      `a:\n  ${'['.repeat(50_000)}`,
      ':2: not valid YAML: there are more than 50 nested levels',
    ],
    [
      'with thousands of maps',
      'a: '.repeat(30_000),
      ':1: not valid YAML: there are more than 50 nested levels',
    ],
    ['that is immense', '# \n'.repeat(100_000), ':1: is larger than 128 KiB; is this the right file?'],
    ['with thousands of keys', keys(10_000), ':1: unknown key "k0"; known here: database, '],
    ['with a long key', `${'k'.repeat(900)}: 1`, ':1: unknown key; known here: database, '],
    [
      'that refers to itself',
      'projects: &a [*a]',
      ':1: not valid YAML: an alias refers to a value that contains it',
    ],
    ['with merged maps', 'a: &a {}\n<<: *a', ':1: unknown key "a"; known here: database, '],
    [
      'of another version of YAML',
      '%YAML 1.1\n---\nreload_endpoint: yes',
      ':3: reload_endpoint: invalid input',
    ],
    ['of several documents', 'listen: a:1\n---\nlisten: a:2', ':2: not valid YAML: a line --- or ... begins'],
    ['with a tag', 'listen: !!js/function x', ':1: not valid YAML: a text that begins with ! is a tag'],
    [
      'with a control character',
      'listen: a:1\ntime_zone: "\x1b[31m"',
      ':2: there is a control character (U+001B)',
    ],
    [
      'with one that is written as an escape',
      'time_zone: "\\e[31m"',
      ':1: time_zone: "\ufffd[31m" is not a time zone',
    ],
    ['in Latin-1', Buffer.from('listen: a:1\ntime_zone: Zürich', 'latin1'), ':2: is not UTF-8'],
    ['in UTF-16', Buffer.from('\ufefflisten: a:1', 'utf16le'), ':1: is not UTF-8'],
    [
      'with a % in the URL that means nothing',
      'database: { url: postgres://a%zz@b/c }',
      ':1: database.url is not a URL',
    ],
    ['with a variable without an end', 'taiga_url: ${A:-b', ':1: ${A has no closing brace'],
    ['with thousands of these', `taiga_url: ${'${A:-'.repeat(20_000)}`, ':1: ${A has no closing brace'],
    [
      'with the name of a property of all objects',
      'taiga_url: ${constructor}',
      ':1: ${constructor} is not set',
    ],
    [
      'with more than a hundred years',
      'thresholds: { stale_after: 40000d }',
      ':1: thresholds.stale_after: must not be longer than a hundred years',
    ],
  ])('%s is refused in a line', LIMIT, async (_title, content, message) => {
    expect(await refusal(content)).toContain(message);
  });

  it('with a variable in a value that does not fit is refused without the value', async () => {
    expect(await refusal('listen: ${SECRET}', { SECRET: 'Geh3im' })).toContain(
      '"${SECRET}" is not an address',
    );
  });

  it('that begins with a byte order mark is read', async () => {
    const file = join(await folderWith({ 'bugflow.yaml': '\ufefflisten: a:1\r\n' }), 'bugflow.yaml');
    const config = await loadConfig({ file, env: { TAIGA_DATABASE_URL: 'postgres://a@b/c' } });
    expect(config.listen).toEqual({ host: 'a', port: 1 });
  });

  it('may name a device for a secret, which is not read to its end', async () => {
    const file = join(
      await folderWith({ 'bugflow.yaml': 'database: { url_file: /dev/zero }' }),
      'bugflow.yaml',
    );
    const error = await errorOf(loadConfig({ file, env: {} }));
    expect(error.message).toBe('cannot read the secret file /dev/zero: it is larger than 64 KiB');
  });
});

it.each(['0-99999999 * * * *', `${'1,'.repeat(100_000)}1 * * * *`])(
  'a cron expression is refused: %.20s',
  LIMIT,
  (text) => {
    expect(cronProblem(text)).toMatch(/^this is not a cron expression/);
  },
);

it.each([
  ['dollar quotes', Array.from({ length: 50_000 }, (_, i) => `$a${i}$`).join(' ')],
  ['escape strings', "e'\\'".repeat(100_000)],
  ['strings', "'".repeat(100_001)],
  ['comments', '/*'.repeat(100_000)],
])('SQL with thousands of %s that are never closed', LIMIT, (_title, sql) => {
  expect(scanParameters(`:now ${sql}`).map(({ name }) => name)).toEqual(['now']);
});

it.each(['Host ', 'Host a', 'Port=', ' '])(
  "OpenSSH's configuration with a line of %j and blanks",
  LIMIT,
  (start) => {
    expect(
      parseSshConfig('config', `${start}${' '.repeat(200_000)}\u2028x`)({ host: 'a' }).port,
    ).toBeUndefined();
  },
);

it('a list of hosts with many wildcards', LIMIT, () => {
  const hosts = `${'*a'.repeat(5000)}b`;
  expect(findKnownKeys(`${hosts} ssh-rsa AAAA`, 'a'.repeat(250), 22)).toEqual([]);
});

it('an error is one line of bearable length without control characters', () => {
  const place = { file: 'a\nb', line: 1 };
  const { message } = new BugflowError('CONFIG_INVALID', `x\t\r\n\u2028y\0${' '.repeat(100_000)}z`, {
    place,
  });
  expect(message).toMatch(/^a b:1: x y\ufffd/);
  expect(message.length).toBeLessThan(2100);
});

it('a wildcard pattern fits what the regular expression made of it fits', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(letters, letters, (text, pattern) => {
      const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      expect(fitsWildcard(text, pattern)).toBe(new RegExp(`^${source}$`).test(text));
    }),
    { numRuns: 2000 },
  );
});

function keys(count: number): string {
  return Array.from({ length: count }, (_, i) => `k${i}: 1`).join('\n');
}
