import { expect, onTestFinished, test } from 'vitest';
import { createBackoff } from '../../src/base/backoff.js';
import { BugflowError, type ErrorCode } from '../../src/base/errors.js';
import { createEngine, type Engine, type Handover } from '../../src/collectors/engine.js';
import { loadConfig } from '../../src/config/config.js';
import type { Database } from '../../src/database/database.js';
import { createCronTicker } from '../../src/scheduling/cron-ticker.js';
import { collector } from './helpers.js';

interface Setting {
  readonly maxSeries?: number;
  readonly handover?: Handover;
}

/** An engine with one collector, whose database says no to everything, and what it tells of its runs. */
async function engineThatFails(
  error: BugflowError,
  { maxSeries, handover }: Setting = {},
): Promise<{ engine: Engine; events: string[] }> {
  const database: Database = {
    read: () => Promise.reject(error),
    readTogether: async () => undefined,
    generation: () => 0,
    close: async () => undefined,
  };
  const events: string[] = [];
  const config = await loadConfig({
    file: undefined,
    env: { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' },
  });
  const engine = createEngine({
    config: { ...config, maxSeries: maxSeries ?? config.maxSeries },
    handover,
    library: {
      collectors: [collector()],
      asRead: [],
      refused: [],
      relations: { resolve: () => [], has: () => false },
    },
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
    onTimeZone: () => undefined,
  });
  onTestFinished(async () => void (await engine.stop()));
  return { engine, events };
}

async function databaseUpAfter(error: BugflowError): Promise<boolean> {
  const { engine, events } = await engineThatFails(error);
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

test('what was exposed before stays, also where the budget was lowered meanwhile', async () => {
  const error = new BugflowError('DATABASE_UNREACHABLE', 'no');
  const { engine: before } = await engineThatFails(error);
  const [runner] = before.runners;
  if (!runner) throw new Error('the collector is missing');
  const { name } = runner.definition;
  const { engine } = await engineThatFails(error, {
    maxSeries: 10,
    handover: {
      databaseUp: true,
      states: new Map([[name, { ...runner.state(), up: true, series: 25 }]]),
      statuses: undefined,
      heldSeries: new Map(),
    },
  });
  expect(engine.budget).toMatchObject({ limit: 10 });
  expect(engine.budget.total()).toBe(25);
  expect(engine.runners[0]?.state()).toMatchObject({ up: true, series: 25 });
});
