import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import {
  type AccessFlags,
  type ArgumentContext,
  addAccessOptions,
  argumentUrl,
  readAccess,
} from '../../src/main/access-options.js';
import { addAlertmanagerCommand } from '../../src/main/alertmanager-command.js';
import { addBackfillCommand } from '../../src/main/backfill-command.js';
import type { Signals } from '../../src/main/signals.js';
import { errorOf, folderWith } from './helpers.js';

const SECRET = 'geheim/+geheim';
const ENV = { KEY: SECRET, USER_NAME: 'ann', ADDRESS: 'https://receiver.example:8443/write' };

class Refused extends Error {}

const context: ArgumentContext = {
  env: ENV,
  fail(message) {
    throw new Refused(message);
  },
};

async function parsed(args: readonly string[]): Promise<AccessFlags> {
  const command = addAccessOptions(new Command());
  await command.parseAsync([...args], { from: 'user' });
  return command.opts<AccessFlags>();
}

describe('what lets in', () => {
  test.each<[args: string[], headers: Record<string, string>, hidden: string[]]>([
    [[], {}, []],
    [['--header', 'X-Scope-OrgID: team 7'], { 'x-scope-orgid': 'team 7' }, []],
    [
      ['--header', 'X-Scope-OrgID:a|b', '--header', 'AccountID: 3'],
      { 'x-scope-orgid': 'a|b', accountid: '3' },
      [],
    ],
    [['--header', `X-Api-Key: \${KEY}`], { 'x-api-key': SECRET }, [SECRET]],
    [['--header', `Authorization: Bearer \${KEY}`], { authorization: `Bearer ${SECRET}` }, [SECRET]],
    [['--token-file', 'token'], { authorization: 'Bearer to-ken' }, ['to-ken']],
    [
      ['--user', 'ann', '--password-file', 'password'],
      { authorization: `Basic ${btoa('ann:pass word')}` },
      ['pass word', btoa('ann:pass word')],
    ],
    [
      ['--headers-file', 'headers', '--header', 'X-Scope-OrgID: team'],
      { 'x-scope-orgid': 'team', 'x-api-key': 'key-of-the-file', 'cf-access-client-id': 'somebody' },
      ['key-of-the-file', 'somebody'],
    ],
  ])('%j', async (args, headers, hidden) => {
    const folder = await folderWith({
      token: 'to-ken\n',
      password: 'pass word\n',
      headers: '# for the gateway\nX-Api-Key: key-of-the-file\n\ncf-access-client-id: somebody\r\n',
    });
    const inFolder = args.map((arg, i) => (args[i - 1]?.endsWith('-file') ? join(folder, arg) : arg));
    const access = await readAccess(await parsed(inFolder), context);
    expect(access.headers).toEqual(headers);
    // What createHttpClient knows by the header's name need not be named again.
    for (const secret of hidden)
      expect([...access.secrets, ...Object.values(access.headers)].join('\n')).toContain(secret);
  });

  test.each<[args: string[], message: string]>([
    [['--header', 'X-Scope-OrgID'], 'is written NAME: VALUE'],
    [['--header', 'X Scope: a'], 'is written NAME: VALUE'],
    [['--header', 'X-Team: a', '--header', 'x-team: b'], 'is given twice'],
    [['--header', 'Content-Encoding: gzip'], 'set by taiga-bugflow itself'],
    [['--header', 'X-Team: a\nb'], 'is written NAME: VALUE'],
    [['--header', 'X-Team: \u2713'], 'unexpected characters'],
    [['--header', `Authorization: Bearer ${SECRET}`], `--header 'Authorization: \${VAR}'`],
    ...[
      'cookie',
      'apikey',
      'X-Api-Key',
      'X-API_KEY',
      'X-Auth',
      'PRIVATE-TOKEN',
      'CF-Access-Client-Secret',
      'X-Passwd',
    ].map((name): [string[], string] => [['--header', `${name}: ${SECRET}`], '--headers-file']),
    [['--header', `X-Database-Password:${SECRET}`], '--headers-file'],
    [['--header', `X-Api-Key: \${NO_SUCH}`], 'environment variable NO_SUCH'],
    [['--user', 'ann'], 'give both'],
    [['--password-file', 'p'], 'give both'],
    [['--user', 'a:b', '--password-file', 'p'], 'must not contain a colon'],
    [['--user', 'ann', '--token-file', 't'], 'give a login once'],
    [['--token-file', '/no/such/token'], '/no/such/token'],
  ])('%j is refused', async (args, message) => {
    const refusal = await readAccess(await parsed(args), context).catch((error: Error) => error.message);
    expect(refusal).toContain(message);
    expect(refusal).not.toContain(SECRET);
  });

  test('lines of a file that are no headers are named by their number, not quoted', async () => {
    const folder = await folderWith({ headers: `X-Team: a\n${SECRET}\n` });
    const error = await errorOf(readAccess({ headersFile: join(folder, 'headers') }, context));
    expect(error.message).toMatch(/headers:2: a header is written/);
    expect(error.message).not.toContain(SECRET);
  });

  test('a tenant tells one receiver from another; a key that changes does not', async () => {
    const tenantOf = async (...args: string[]): Promise<string> =>
      (await readAccess(await parsed(args), context)).tenant;
    expect(await tenantOf()).toBe('');
    expect(await tenantOf('--header', `X-Api-Key: \${KEY}`)).toBe('');
    expect(await tenantOf('--header', 'X-Scope-OrgID: a')).not.toBe(
      await tenantOf('--header', 'X-Scope-OrgID: b'),
    );
  });
});

describe('an address in the arguments', () => {
  test.each([
    ['http://receiver:9090/api/v1/write', 'http://receiver:9090/api/v1/write'],
    ['http://[::1]:9090/%40home?db=a%40b', 'http://[::1]:9090/%40home?db=a%40b'],
    [`\${ADDRESS}`, 'https://receiver.example:8443/write'],
    [`https://ann:\${KEY}@receiver/`, `https://ann:${encodeURIComponent(SECRET)}@receiver/`],
    [`https://\${USER_NAME}:\${KEY}@receiver`, `https://ann:${encodeURIComponent(SECRET)}@receiver`],
    [`https://receiver/?token=\${KEY}&db=a`, `https://receiver/?token=${encodeURIComponent(SECRET)}&db=a`],
    ['https://receiver/?token=&key', 'https://receiver/?token=&key'],
    ['not a url', 'not a url'],
  ])('%j', (text, url) => {
    expect(argumentUrl('--remote-write', text, context)).toBe(url);
  });

  test.each([
    ['https://ann:geheim@receiver/', '--password-file'],
    [`https://bearer:${SECRET}@receiver/`, '--token-file'],
    [`https://${'a'.repeat(30)}@receiver/`, '--token-file'],
    [`HTTPS://:${SECRET.replaceAll('/', '')}@receiver`, '--token-file'],
    // Characters that end the user and the password where they are not encoded.
    [`https://ann:${SECRET}@receiver/`, '--password-file'],
    ['https://ann:4711/geheim@receiver/', '%40'],
    ['https://ann:4711?geheim@receiver/', '%40'],
    ['https://ann:4711#geheim@receiver/', '%40'],
    ['https://ann/geheim@receiver/', '%40'],
    [`https://receiver/write?token=${SECRET}`, `token=\${VAR}`],
    [`https://receiver/write?db=a&X-Amz-Signature=${SECRET}`, `X-Amz-Signature=\${VAR}`],
    [`https://receiver/write?api_key=${SECRET}`, `api_key=\${VAR}`],
    [`https://receiver/\${NO_SUCH}`, `--remote-write: \${NO_SUCH} is not set`],
  ])('%j is refused', (text, message) => {
    let refusal = '';
    try {
      argumentUrl('--remote-write', text, context);
    } catch (error) {
      refusal = String(error);
    }
    expect(refusal).toContain(message);
    expect(refusal).not.toContain('geheim');
  });
});

const NO_SIGNALS: Signals = {
  stop: new Promise(() => undefined),
  isStopping: () => false,
  onHangUp: () => undefined,
  endAtOnce: () => undefined,
  limitStop: () => undefined,
};

test.each<[what: string, args: string[], message: string]>([
  ['--remote-write', ['backfill', '--remote-write', `http://ann:${SECRET}@h/write`], '--password-file'],
  [
    '--prometheus-url',
    ['backfill', '--prometheus-data', 'd', '--prometheus-url', `http://ann:${SECRET}@h`],
    '--password-file',
  ],
  ['--reload', ['alertmanager', '--out', 'd', '--reload', `http://ann:${SECRET}@h`], '--password-file'],
  ['a login for nobody', ['backfill', '--out', 'd', '--header', 'X-Team: a'], 'give one of them'],
])('%s refuses secrets in the arguments', async (_, args, message) => {
  const said: string[] = [];
  const program = new Command().exitOverride().configureOutput({ writeErr: (text) => void said.push(text) });
  const common = { source: () => ({ file: undefined, env: {} }), env: {}, print: () => undefined };
  addBackfillCommand(program, { ...common, signals: NO_SIGNALS });
  addAlertmanagerCommand(program, common);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow('error:');
  expect(said.join('')).toContain(message);
  expect(said.join('')).not.toContain(SECRET);
});
