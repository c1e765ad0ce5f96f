import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCronTicker, type JumpPolicy, type Ticker } from '../../src/scheduling/cron-ticker.js';
import { cases, SEED } from '../support/effort.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Zones with the days on which their clocks change in 2026, in UTC. */
const ZONES = [
  { zone: 'UTC', changes: [Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25)] },
  { zone: 'Europe/Berlin', changes: [Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25)] },
  { zone: 'America/New_York', changes: [Date.UTC(2026, 2, 8), Date.UTC(2026, 10, 1)] },
  // By half an hour, and in the other half of the year.
  { zone: 'Australia/Lord_Howe', changes: [Date.UTC(2026, 3, 4), Date.UTC(2026, 9, 3)] },
] as const;

interface Expression {
  readonly text: string;
  readonly names: (hour: number, minute: number) => boolean;
}
const EXPRESSIONS: readonly Expression[] = [
  { text: '0 9 * * *', names: (h, m) => h === 9 && m === 0 },
  { text: '30 2 * * *', names: (h, m) => h === 2 && m === 30 },
  { text: '15,45 1,2 * * *', names: (h, m) => (h === 1 || h === 2) && (m === 15 || m === 45) },
  { text: '*/20 * * * *', names: (_h, m) => m % 20 === 0 },
  { text: '59 0-3 * * *', names: (h, m) => h <= 3 && m === 59 },
  { text: '0 0 * * *', names: (h, m) => h === 0 && m === 0 },
  { text: '* * * * *', names: () => true },
];

interface Face {
  /** What the clock on the wall shows, to the minute. */
  readonly text: string;
  readonly hour: number;
  readonly minute: number;
}
/** Read off a formatter, and not computed as the ticker does. */
function createFace(timeZone: string): (at: number) => Face {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  });
  return (at) => {
    const text = format.format(at);
    const [hour = Number.NaN, minute = Number.NaN] = text.slice(-5).split(':').map(Number);
    return { text, hour, minute };
  };
}

const span = fc.record({
  place: fc.constantFrom(...ZONES),
  change: fc.constantFrom(0, 1),
  expression: fc.constantFrom(...EXPRESSIONS),
  startMs: fc.integer({ min: -20 * HOUR_MS, max: -14 * HOUR_MS }),
});
const watched = 44 * HOUR_MS;

interface Tick {
  readonly at: number;
  readonly dueAtMs: number;
}
let ticker: Ticker | undefined;

function begin(expression: string, timeZone: string, policy: JumpPolicy, lastDueAtMs?: number): Tick[] {
  const ticks: Tick[] = [];
  ticker = createCronTicker({
    expression,
    timeZone,
    policy,
    onTick: (dueAtMs) => ticks.push({ at: Date.now(), dueAtMs }),
  });
  ticker.start(lastDueAtMs);
  return ticks;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  await ticker?.stop();
  ticker = undefined;
  vi.useRealTimers();
});

describe.each<JumpPolicy>(['skip', 'catch-up'])('%s', (policy) => {
  test('ticks at exactly the moments that are named, once at each, where clocks change', async () => {
    await fc.assert(
      fc.asyncProperty(span, async ({ place, change, expression, startMs }) => {
        const start = (place.changes[change] ?? 0) + startMs;
        vi.setSystemTime(start);
        const face = createFace(place.zone);
        const seen = new Set<string>();
        const expected: number[] = [];
        let last = face(start).text;
        for (let at = floorMinute(start) + MINUTE_MS; at <= start + watched; at += MINUTE_MS) {
          const { text, hour, minute } = face(at);
          const isNew = !seen.has(text);
          if (isNew && expression.names(hour, minute)) expected.push(at);
          // What was left out between the last minute and this one is due now, once.
          else if (isNew && policy === 'catch-up' && leavesOut(last, text, expression)) expected.push(at);
          seen.add(text);
          last = text;
        }
        const ticks = begin(expression.text, place.zone, policy);
        await vi.advanceTimersByTimeAsync(watched);
        await ticker?.stop();
        expect(ticks.map(({ at }) => new Date(at).toISOString())).toEqual(
          expected.map((at) => new Date(at).toISOString()),
        );
        for (const { at, dueAtMs } of ticks) expect(dueAtMs).toBeLessThanOrEqual(at);
      }),
      { numRuns: cases(12), seed: SEED },
    );
  });
});

/** Whether a named moment lies strictly between what two faces show. */
function leavesOut(before: string, after: string, { names }: Expression): boolean {
  const from = Date.parse(`${before.replace(' ', 'T')}Z`);
  const to = Date.parse(`${after.replace(' ', 'T')}Z`);
  for (let wall = from + MINUTE_MS; wall < to; wall += MINUTE_MS) {
    const date = new Date(wall);
    if (names(date.getUTCHours(), date.getUTCMinutes())) return true;
  }
  return false;
}

const jumps = fc.array(
  fc.record({
    waitMs: fc.integer({ min: 0, max: 5 * HOUR_MS }),
    jumpMs: fc.oneof(
      fc.integer({ min: -20 * HOUR_MS, max: 3 * DAY_MS }),
      fc.integer({ min: -5000, max: 5000 }),
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('a clock that is set, and a machine that sleeps', () => {
  test('skip: only what was lived through ticks, each moment once', async () => {
    await fc.assert(
      fc.asyncProperty(jumps, fc.constantFrom(...EXPRESSIONS), async (all, expression) => {
        vi.setSystemTime(Date.UTC(2026, 5, 10, 8, 30));
        const lived = new Set<number>();
        const tolerable = new Set<number>();
        const note = (from: number, to: number): void => {
          for (let at = floorMinute(from) + MINUTE_MS; at <= to; at += MINUTE_MS) lived.add(at);
          // The clock was set to within the minute that a moment begins.
          tolerable.add(floorMinute(from));
        };
        const ticks = begin(expression.text, 'UTC', 'skip');
        let from = Date.now();
        for (const { waitMs, jumpMs } of all) {
          await vi.advanceTimersByTimeAsync(waitMs);
          note(from, Date.now());
          vi.setSystemTime(Date.now() + jumpMs);
          from = Date.now();
        }
        await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
        note(from, Date.now());
        await ticker?.stop();

        const named = (at: number): boolean => {
          const date = new Date(at);
          return expression.names(date.getUTCHours(), date.getUTCMinutes());
        };
        const due = ticks.map(({ dueAtMs }) => dueAtMs);
        for (const at of due) {
          expect(named(at)).toBe(true);
          expect(lived.has(at) || tolerable.has(at)).toBe(true);
        }
        expect(new Set(due).size).toBe(due.length);
      }),
      { numRuns: cases(40), seed: SEED },
    );
  });

  test('catch-up: nothing that is named and was passed stays undone, and nothing is done twice', async () => {
    const ahead = jumps.map((all) => all.map(({ waitMs, jumpMs }) => ({ waitMs, jumpMs: Math.abs(jumpMs) })));
    await fc.assert(
      fc.asyncProperty(ahead, async (all) => {
        const start = Date.UTC(2026, 5, 10, 8, 30);
        vi.setSystemTime(start);
        const ticks = begin('0 9 * * *', 'Europe/Berlin', 'catch-up');
        let wakes = 0;
        for (const { waitMs, jumpMs } of all) {
          await vi.advanceTimersByTimeAsync(waitMs);
          vi.setSystemTime(Date.now() + jumpMs);
          wakes += 1;
        }
        await vi.advanceTimersByTimeAsync(MINUTE_MS);
        await ticker?.stop();
        const due = ticks.map(({ dueAtMs }) => dueAtMs);
        expect(due).toEqual([...new Set(due)].sort((a, b) => a - b));
        // 9:00 in Berlin's summer: the last one before now was done, or was before the start.
        const first = Date.UTC(2026, 5, 11, 7);
        const days = Math.floor((floorMinute(Date.now()) - first) / DAY_MS);
        expect(due.at(-1)).toBe(days < 0 ? undefined : first + days * DAY_MS);
        expect(ticks.length).toBeLessThanOrEqual(wakes + days + 1);
      }),
      { numRuns: cases(40), seed: SEED },
    );
  });

  test('catch-up: several that were slept through tick once, for the last of them', async () => {
    const monday = Date.UTC(2026, 5, 8);
    vi.setSystemTime(monday);
    const ticks = begin('0 9 * * *', 'UTC', 'catch-up');
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    vi.setSystemTime(monday + 3 * DAY_MS + 12 * HOUR_MS);
    await vi.advanceTimersByTimeAsync(DAY_MS);
    expect(ticks.map(({ dueAtMs }) => dueAtMs)).toEqual([
      monday + 3 * DAY_MS + 9 * HOUR_MS,
      monday + 4 * DAY_MS + 9 * HOUR_MS,
    ]);
  });

  test.each<JumpPolicy>(['skip', 'catch-up'])(
    '%s: half a century ahead and back again, as on a machine without a battery, is no standstill',
    async (policy) => {
      const today = Date.UTC(2026, 5, 10);
      vi.setSystemTime(Date.UTC(2076, 5, 10));
      const ticks = begin('0 9 * * *', 'UTC', policy);
      await vi.advanceTimersByTimeAsync(10 * HOUR_MS);
      expect(ticks).toHaveLength(1);
      vi.setSystemTime(today);
      await vi.advanceTimersByTimeAsync(2 * DAY_MS);
      expect(ticks.slice(1).map(({ dueAtMs }) => dueAtMs)).toEqual([
        today + 9 * HOUR_MS,
        today + DAY_MS + 9 * HOUR_MS,
      ]);
    },
  );

  describe.each<JumpPolicy>(['skip', 'catch-up'])('%s', (policy) => {
    test.each([2, 3, 7, 400])(
      '%i days ahead and back again: the days that follow are not lost',
      async (days) => {
        const today = Date.UTC(2026, 5, 10);
        vi.setSystemTime(today + 8.5 * HOUR_MS);
        const ticks = begin('0 9 * * *', 'UTC', policy);
        vi.setSystemTime(Date.now() + days * DAY_MS);
        await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
        vi.setSystemTime(Date.now() - days * DAY_MS);
        const before = ticks.length;
        await vi.advanceTimersByTimeAsync(4 * DAY_MS);
        expect(ticks.slice(before).map(({ dueAtMs }) => dueAtMs)).toEqual(
          [1, 2, 3, 4].map((day) => today + day * DAY_MS + 9 * HOUR_MS),
        );
      },
    );
  });

  test('skip: what was jumped over is due after all when the clock is set back before it', async () => {
    const day = Date.UTC(2026, 5, 10);
    vi.setSystemTime(day + 8 * HOUR_MS);
    const ticks = begin('0 9 * * *', 'UTC', 'skip');
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    vi.setSystemTime(day + 10 * HOUR_MS);
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(ticks).toEqual([]);
    vi.setSystemTime(day + 8 * HOUR_MS + 20 * MINUTE_MS);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(ticks.map(({ dueAtMs }) => dueAtMs)).toEqual([day + 9 * HOUR_MS]);
  });

  test('skip: a process that was busy for minutes is late, and loses nothing', async () => {
    const day = Date.UTC(2026, 5, 10);
    vi.setSystemTime(day + 9 * HOUR_MS - 90_000);
    const ticks = begin('0 9 * * *', 'UTC', 'skip');
    // Both clocks go on while no timer comes to its turn.
    const monotonic = performance.now();
    const spy = vi.spyOn(performance, 'now').mockImplementation(() => monotonic + 5 * MINUTE_MS);
    vi.setSystemTime(day + 9 * HOUR_MS - 90_000 + 4 * MINUTE_MS);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    spy.mockRestore();
    expect(ticks.map(({ dueAtMs }) => dueAtMs)).toEqual([day + 9 * HOUR_MS]);
  });
});

/** Zones whose clocks change at midnight, so that a day begins at 1:00, or its last hour comes twice; one that left out a day. */
describe.each<[zone: string, expression: string, from: number, skip: string[], catchUp: string[]]>([
  [
    'America/Santiago',
    '0 0 * * *',
    Date.UTC(2026, 8, 5, 12),
    ['2026-09-07T03:00'],
    ['2026-09-06T04:00', '2026-09-07T03:00'],
  ],
  [
    'America/Santiago',
    '30 23 * * *',
    Date.UTC(2026, 3, 4, 12),
    ['2026-04-05T02:30', '2026-04-06T03:30'],
    ['2026-04-05T02:30', '2026-04-06T03:30'],
  ],
  ['Africa/Cairo', '0 0 * * FRI', Date.UTC(2026, 3, 23, 12), [], ['2026-04-23T22:00']],
  [
    'Pacific/Apia',
    '0 9 * * *',
    Date.UTC(2011, 11, 29, 6),
    ['2011-12-29T19:00', '2011-12-30T19:00'],
    ['2011-12-29T19:00', '2011-12-30T10:00', '2011-12-30T19:00'],
  ],
  ['Asia/Kathmandu', '0 0 1 1 *', Date.UTC(2026, 11, 31), ['2026-12-31T18:15'], ['2026-12-31T18:15']],
  ['UTC', '59 23 L 2 *', Date.UTC(2028, 1, 28, 12), ['2028-02-29T23:59'], ['2028-02-29T23:59']],
  ['UTC', '0 9 * * TUE#1', Date.UTC(2026, 11, 1), ['2026-12-01T09:00'], ['2026-12-01T09:00']],
])('%s, %s', (zone, expression, from, skip, catchUp) => {
  test.each([
    ['skip', skip],
    ['catch-up', catchUp],
  ] as const)('%s', async (policy, expected) => {
    vi.setSystemTime(from);
    const ticks = begin(expression, zone, policy);
    await vi.advanceTimersByTimeAsync(44 * HOUR_MS);
    expect(ticks.map(({ at }) => new Date(at).toISOString().slice(0, 16))).toEqual(expected);
  });
});

describe('a restart', () => {
  const day = Date.UTC(2026, 5, 10);
  const yesterday = day - DAY_MS + 9 * HOUR_MS;

  test('catch-up: what was missed ticks at once, for the last of it', () => {
    vi.setSystemTime(day + 12 * HOUR_MS);
    const ticks = begin('0 9 * * *', 'UTC', 'catch-up', yesterday);
    expect(ticks).toEqual([{ at: day + 12 * HOUR_MS, dueAtMs: day + 9 * HOUR_MS }]);
  });

  test('catch-up: once a year is found after a year', () => {
    vi.setSystemTime(day);
    const ticks = begin('0 9 1 1 *', 'UTC', 'catch-up', Date.UTC(2025, 0, 1, 9));
    expect(ticks.map(({ dueAtMs }) => dueAtMs)).toEqual([Date.UTC(2026, 0, 1, 9)]);
  });

  test.each<JumpPolicy>(['skip', 'catch-up'])(
    '%s: by a clock that was wrong the last time',
    async (policy) => {
      vi.setSystemTime(day);
      const ticks = begin('0 9 * * *', 'UTC', policy, day + 30 * HOUR_MS);
      await vi.advanceTimersByTimeAsync(2 * DAY_MS);
      expect(ticks.map(({ dueAtMs }) => dueAtMs)).toEqual([day + 9 * HOUR_MS, day + 33 * HOUR_MS]);
    },
  );

  test('skip: what was missed is lost', async () => {
    vi.setSystemTime(day + 8 * HOUR_MS);
    const ticks = begin('0 9 * * *', 'UTC', 'skip', yesterday - 2 * DAY_MS);
    await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
    expect(ticks.map(({ dueAtMs }) => dueAtMs)).toEqual([day + 9 * HOUR_MS]);
  });

  test.each<JumpPolicy>(['skip', 'catch-up'])(
    '%s: what was done before it in the hour that comes twice is not done again',
    async (policy) => {
      // 2:30 summer time, then a restart at 2:10 winter time.
      const done = Date.UTC(2026, 9, 25, 0, 30);
      vi.setSystemTime(Date.UTC(2026, 9, 25, 1, 10));
      const ticks = begin('30 2 * * *', 'Europe/Berlin', policy, done);
      await vi.advanceTimersByTimeAsync(12 * HOUR_MS);
      expect(ticks).toEqual([]);
    },
  );
});

function floorMinute(at: number): number {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}
