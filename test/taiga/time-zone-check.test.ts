import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { createDatabase, type Database, type Row } from '../../src/database/database.js';
import { createKnownServer } from '../../src/taiga/known-server.js';
import { findTimeZoneDifference } from '../../src/taiga/time-zone-check.js';
import { startPGlite, type TestPostgres } from '../support/postgres.js';
import { errorOf } from '../unit/helpers.js';

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 24 * 60 * 60_000;

describe('a real PostgreSQL', () => {
  let server: TestPostgres;
  let database: Database;

  beforeAll(async () => {
    server = await startPGlite();
    const { database: config } = await loadConfig({
      file: undefined,
      env: { TAIGA_DATABASE_URL: server.url },
    });
    database = createDatabase(config, { onIdleError: () => undefined });
  });
  afterAll(async () => {
    await database?.close();
    await server?.close();
  });

  // Zones whose countries have long had the same rules, also in the other half of the year and by fractions of an hour.
  test.each([
    'UTC',
    'Europe/Berlin',
    'Europe/London',
    'America/New_York',
    'US/Eastern',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Auckland',
    'Etc/GMT-5',
    'EST5EDT',
    'Japan',
    'GB',
  ])('reads %s as Node.js does', async (name) => {
    expect(await findTimeZoneDifference(database, name, NOW)).toBeUndefined();
  });

  // Those that the configuration refuses.
  test.each(['CET', 'EET', 'WET', 'MET'])('reads %s differently', async (name) => {
    expect(await findTimeZoneDifference(database, name, NOW)).toMatch(
      `PostgreSQL and Node.js read the time zone ${name} differently: on 202`,
    );
  });

  test.each(['US/Pacific-New'])('does not know %s', async (name) => {
    const error = await errorOf(findTimeZoneDifference(database, name, NOW));
    expect(error.code).toBe('DATABASE_TIME_ZONE');
    expect(error.message).toContain(
      `PostgreSQL does not know the time zone ${name}; install its time zone data`,
    );
  });
});

/** A server that reads Berlin's time an hour late from `sinceMs` on, for a while. */
function lateIn(sinceMs: number, durationMs: number, generation: () => number): Database & { reads: number } {
  return {
    reads: 0,
    async read({ values: [moments, name] }, onBatch) {
      this.reads += 1;
      const rows = (moments as readonly number[]).map((at): Row => {
        const parts = new Intl.DateTimeFormat('en', { timeZone: String(name), timeZoneName: 'longOffset' });
        const text = parts.formatToParts(at * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
        const isLate = at * 1000 >= sinceMs && at * 1000 < sinceMs + durationMs;
        return [String(at), String(Number(/\+(\d\d)/.exec(text)?.[1] ?? 0) * 3600 - (isLate ? 3600 : 0))];
      });
      onBatch([], rows);
      return 0;
    },
    readTogether: () => Promise.reject(new Error('not used')),
    generation,
    close: () => Promise.resolve(),
  };
}

describe('data of another age', () => {
  const SUMMER = Date.UTC(2026, 2, 29, 1);

  test.each<[what: string, sinceMs: number, durationMs: number, day: string | undefined]>([
    ['never', NOW, 0, undefined],
    ['for eight days', NOW + 100 * DAY_MS, 8 * DAY_MS, '2026-09-1'],
    ['for the second after the clock changes', SUMMER, 1000, '2026-03-29'],
    ['for the second before', SUMMER - 1000, 1000, '2026-03-29'],
    ['from next year on', NOW + 360 * DAY_MS, 1000 * DAY_MS, '2027-05-31'],
  ])('that is late %s is noticed', async (_, sinceMs, durationMs, day) => {
    const difference = await findTimeZoneDifference(
      lateIn(sinceMs, durationMs, () => 0),
      'Europe/Berlin',
      NOW,
    );
    if (day === undefined) expect(difference).toBeUndefined();
    else expect(difference).toContain(`differently: on ${day}`);
  });

  test('is told once for each server', async () => {
    let generation = 0;
    const database = lateIn(Date.now(), 1000 * DAY_MS, () => generation);
    const told: string[] = [];
    const server = createKnownServer(database, { onTimeZone: (difference) => told.push(difference) });
    await Promise.all([server.checkTimeZone('Europe/Berlin'), server.checkTimeZone('Europe/Berlin')]);
    await server.checkTimeZone('Europe/Berlin');
    expect([told.length, database.reads]).toEqual([1, 1]);
    generation += 1;
    await server.checkTimeZone('Europe/Berlin');
    expect([told.length, database.reads]).toEqual([2, 2]);
  });
});
