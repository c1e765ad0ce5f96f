import { expect, onTestFinished, test } from 'vitest';
import { createBackoff } from '../../src/base/backoff.js';
import { BugflowError, type ErrorCode } from '../../src/base/errors.js';
import { createEngine } from '../../src/collectors/engine.js';
import { loadConfig } from '../../src/config/config.js';
import type { Database } from '../../src/database/database.js';
import { createCronTicker } from '../../src/scheduling/cron-ticker.js';
import { collector } from './helpers.js';

async function databaseUpAfter(error: BugflowError): Promise<boolean> {
  const database: Database = {
    read: () => Promise.reject(error),
    readTogether: async () => undefined,
    generation: () => 0,
    close: async () => undefined,
  };
  const events: string[] = [];
  const engine = createEngine({
    config: await loadConfig({ file: undefined, env: { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' } }),
    library: { collectors: [collector()], relations: { resolve: () => [], has: () => false } },
    database,
    createTicker: createCronTicker,
    retryDelayMs: createBackoff(),
    publish: async () => undefined,
    withdraw: () => undefined,
    onChange: (_runner, event) => events.push(event),
    onProgress: () => undefined,
    onVerified: () => undefined,
    onCircuit: () => undefined,
    onFileRights: () => undefined,
  });
  onTestFinished(async () => void (await engine.stop()));
  expect(engine.databaseUp()).toBe(false);
  engine.start();
  await expect.poll(() => events[0]).toBe('failure');
  return engine.databaseUp();
}

test.each<[ErrorCode, boolean]>([
  ['DATABASE_UNREACHABLE', false],
  ['DATABASE_LOGIN_REFUSED', false],
  ['DATABASE_MISSING', false],
  ['DATABASE_NOT_TAIGA', true],
  ['DATABASE_PERMISSION', true],
  ['COLLECTOR_TIMEOUT', true],
  ['CONFIG_INVALID', true],
  ['CONFIG_UNREADABLE', true],
])('after %s the database counts as up: %s', async (code, up) => {
  expect(await databaseUpAfter(new BugflowError(code, 'no'))).toBe(up);
});

test('a file that is read at each connect counts as the absence of the database', async () => {
  const error = new BugflowError('CONFIG_UNREADABLE', 'cannot read the secret file', {
    databaseAbsent: true,
  });
  expect(await databaseUpAfter(error)).toBe(false);
});
