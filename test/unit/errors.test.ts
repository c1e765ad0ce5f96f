import { chmodSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asDatabaseAbsent, BugflowError, type ErrorCode, isDatabaseAbsent } from '../../src/base/errors.js';
import { loadConfig } from '../../src/config/config.js';
import { connect } from '../../src/database/connect.js';
import { createDatabase } from '../../src/database/database.js';
import { createFailover } from '../../src/database/failover.js';
import { openDatabase } from '../../src/main/open-database.js';
import { errorOf, folderWith } from './helpers.js';

const CODES = [
  ...(
    /export type ErrorCode =([\s\S]*?);/.exec(
      readFileSync(new URL('../../src/base/errors.ts', import.meta.url), 'utf8'),
    )?.[1] ?? ''
  ).matchAll(/'(\w+)'/g),
].map(([, code]) => code as ErrorCode);

/** The codes that tell by themselves that the database could not be asked. */
const ABSENT: readonly ErrorCode[] = [
  ...(['DATABASE_UNREACHABLE', 'DATABASE_LOGIN_REFUSED', 'DATABASE_TLS', 'DATABASE_MISSING'] as const),
  ...(['DATABASE_REPLICA_LAG', 'TUNNEL_UNREACHABLE', 'TUNNEL_HOST_KEY', 'TUNNEL_LOGIN_REFUSED'] as const),
  ...(['TUNNEL_FORWARD_REFUSED', 'TUNNEL_KEY_FILE'] as const),
];

describe('whether the database is absent', () => {
  test.each(CODES.map((code) => [code, ABSENT.includes(code)] as const))('%s: %s', (code, absent) => {
    const error = new BugflowError(code, 'no');
    expect(isDatabaseAbsent(error)).toBe(absent);
    expect(isDatabaseAbsent(new BugflowError(code, 'no', { databaseAbsent: true }))).toBe(true);
  });

  test('other errors say nothing of it', () => {
    for (const error of [new Error('no'), undefined, 'DATABASE_UNREACHABLE'])
      expect(isDatabaseAbsent(error)).toBe(false);
    const other = new Error('no');
    expect(asDatabaseAbsent(other)).toBe(other);
  });

  test('what is said to be its absence stays what it was otherwise', () => {
    const place = { file: 'a.yaml', line: 3 };
    const error = asDatabaseAbsent(new BugflowError('CONFIG_INVALID', 'wrong', { place })) as BugflowError;
    expect([error.code, error.message, isDatabaseAbsent(error)]).toEqual([
      'CONFIG_INVALID',
      'a.yaml:3: wrong',
      true,
    ]);
  });
});

/** Each is well when the configuration is read. */
const BROKEN_FILES: readonly [string, string, Readonly<Record<string, string>>, RegExp][] = [
  [
    'no file of a password',
    'database: { url: "postgres://u@127.0.0.1:1/t", password_file: gone }',
    {},
    /gone: ENOENT/,
  ],
  [
    'no passphrase of a key',
    'ssh: { host: h, user: u, key_file: key, passphrase_file: gone, config_file: none }',
    { key: '-----BEGIN OPENSSH PRIVATE KEY-----\n' },
    /gone: ENOENT/,
  ],
  [
    'no password of the SSH server',
    'ssh: { host: h, user: u, password_file: gone, config_file: none }',
    {},
    /gone: ENOENT/,
  ],
  [
    'an SSH configuration that is a folder',
    'ssh: { host: h, user: u, key_file: key, config_file: . }',
    {},
    /cannot read /,
  ],
  [
    'an SSH configuration that goes round in circles',
    'ssh: { host: h, user: u, key_file: key, config_file: circle }',
    { circle: 'Host *\n  ProxyJump h\n' },
    /round in circles|jumphost loop/,
  ],
];

test.each(BROKEN_FILES)('a file that is read at each connect: %s', async (_what, yaml, files, message) => {
  const folder = await folderWith({ ...files, 'bugflow.yaml': yaml });
  if (files.key !== undefined) chmodSync(`${folder}/key`, 0o600);
  const config = await loadConfig({
    file: `${folder}/bugflow.yaml`,
    env: { TAIGA_DATABASE_URL: 'postgres://u@127.0.0.1:1/t', HOME: folder, SSH_AUTH_SOCK: '' },
  });
  const { database } = openDatabase(config, { onIdleError: () => undefined });
  try {
    const query = { text: 'SELECT 1', values: [], timeoutMs: 60_000 };
    const error = await errorOf(database.read(query, () => undefined));
    expect(error.message).toMatch(message);
    expect(error.code).toMatch(/^CONFIG_/);
    expect(isDatabaseAbsent(error)).toBe(true);
  } finally {
    await database.close();
  }
});

test('of several servers, too', async () => {
  const folder = await folderWith({
    'bugflow.yaml': 'database: { url: "postgres://u@127.0.0.1:1/t", password_file: gone }',
  });
  const { database: config } = await loadConfig({ file: `${folder}/bugflow.yaml`, env: {} });
  expect(isDatabaseAbsent(await errorOf(connect(config, {})))).toBe(true);
  const onIdleError = (): void => undefined;
  const { database } = createFailover({
    servers: ['a', 'b'].map((name) => ({ name, database: createDatabase(config, { onIdleError }) })),
    maxLagMs: 1000,
    onSwitch: () => undefined,
  });
  const query = { text: 'SELECT 1', values: [], timeoutMs: 60_000 };
  const error = await errorOf(database.read(query, () => undefined));
  expect([error.code, isDatabaseAbsent(error)]).toEqual(['CONFIG_UNREADABLE', true]);
  await database.close();
});
