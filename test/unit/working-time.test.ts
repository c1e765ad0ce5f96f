import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createWorkingSeconds,
  type WorkingTime,
  workingTimeBefore,
} from '../../src/calendar/working-time.js';

const OFFICE = {
  calendar: {
    weekdays: [1, 2, 3, 4, 5],
    startMinute: 9 * 60,
    endMinute: 17 * 60,
    holidays: [
      { year: 2026, month: 4, day: 3 },
      { year: undefined, month: 12, day: 25 },
    ],
  },
  timeZone: 'Europe/Berlin',
};
const ALWAYS = {
  calendar: { weekdays: [1, 2, 3, 4, 5, 6, 7], startMinute: 0, endMinute: 1440, holidays: [] },
  timeZone: 'Europe/Berlin',
};
const HOUR = 3600;
const DAY = 8 * HOUR;

const at = (text: string): number => Date.parse(text);

describe('working time between two moments', () => {
  test.each([
    ['a morning', '2026-03-02T09:00+01:00', '2026-03-02T12:00+01:00', 3 * HOUR],
    ['a day and its night', '2026-03-02T00:00+01:00', '2026-03-03T00:00+01:00', DAY],
    ['a night', '2026-03-02T17:00+01:00', '2026-03-03T09:00+01:00', 0],
    ['a weekend', '2026-03-06T16:00+01:00', '2026-03-09T10:00+01:00', 2 * HOUR],
    ['a week', '2026-03-02T00:00+01:00', '2026-03-09T00:00+01:00', 5 * DAY],
    ['a week with a holiday', '2026-03-30T00:00+02:00', '2026-04-06T00:00+02:00', 4 * DAY],
    ['Christmas, each year', '2025-12-24T17:00+01:00', '2025-12-26T09:00+01:00', 0],
    ['the day after the clocks changed', '2026-03-30T00:00+02:00', '2026-03-30T12:00+02:00', 3 * HOUR],
  ])('%s', (_, from, to, expected) => {
    const seconds = createWorkingSeconds(OFFICE);
    expect(seconds(at(to)) - seconds(at(from))).toBe(expected);
  });

  test('all day long has the hour less, and the hour more, of the days on which clocks change', () => {
    const seconds = createWorkingSeconds(ALWAYS);
    const day = (date: string, from: string, next: string, to: string): number =>
      seconds(at(`${next}T00:00${to}`)) - seconds(at(`${date}T00:00${from}`));
    expect(day('2026-03-29', '+01:00', '2026-03-30', '+02:00')).toBe(23 * HOUR);
    expect(day('2026-10-25', '+02:00', '2026-10-26', '+01:00')).toBe(25 * HOUR);
  });
});

describe('the moment before which so much working time lies', () => {
  test.each([
    ['a day, in the afternoon', '2026-03-03T15:00+01:00', DAY, '2026-03-02T15:00+01:00'],
    ['a day, on Sunday', '2026-03-08T12:00+01:00', DAY, '2026-03-06T09:00+01:00'],
    ['three days, on Monday morning', '2026-03-09T08:00+01:00', 3 * DAY, '2026-03-04T09:00+01:00'],
    ['over a holiday', '2026-04-07T10:00+02:00', 2 * DAY, '2026-04-02T10:00+02:00'],
    ['more than there ever was', '2026-03-03T15:00+01:00', 1e12, '2014-01-01T00:00+01:00'],
  ])('%s', (_, now, seconds, expected) => {
    expect(new Date(workingTimeBefore(OFFICE, at(now), seconds))).toEqual(new Date(expected));
  });
});

/** Any team: some weekdays, some hours, some holidays, somewhere. */
const workingTime: fc.Arbitrary<WorkingTime> = fc.record({
  calendar: fc
    .record({
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      hours: fc.uniqueArray(fc.integer({ min: 0, max: 24 }), { minLength: 2, maxLength: 2 }),
      holidays: fc.array(
        fc.record({
          year: fc.constantFrom(undefined, 2026),
          month: fc.integer({ min: 1, max: 12 }),
          day: fc.integer({ min: 1, max: 28 }),
        }),
      ),
    })
    .map(({ hours, ...rest }) => ({
      ...rest,
      startMinute: Math.min(...hours) * 60,
      endMinute: Math.max(...hours) * 60,
    })),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'),
});
const moment = fc.integer({ min: at('2025-12-15T00:00Z') / 60_000, max: at('2027-01-15T00:00Z') / 60_000 });

describe('in any calendar and time zone', () => {
  test('a minute counts when a clock on the wall says so', () => {
    fc.assert(
      fc.property(workingTime, moment, fc.integer({ min: 0, max: 3 * 1440 }), (time, from, minutes) => {
        let expected = 0;
        for (let minute = from; minute < from + minutes; minute++)
          if (isWorked(time, minute * 60_000)) expected += 60;
        const seconds = createWorkingSeconds(time);
        const begin = seconds(from * 60_000);
        expect(seconds((from + minutes) * 60_000) - begin).toBe(expected);
      }),
      { numRuns: 10 },
    );
  });

  test('so much working time lies between a moment and the one that is so much before it', () => {
    fc.assert(
      fc.property(workingTime, moment, fc.integer({ min: 1, max: 100 * 3600 }), (time, minute, seconds) => {
        const now = minute * 60_000;
        const before = workingTimeBefore(time, now, seconds);
        const counted = createWorkingSeconds(time);
        expect(before).toBeLessThan(now);
        expect(counted(now) - counted(before)).toBeCloseTo(seconds, 3);
      }),
      { numRuns: 10 },
    );
  });
});

/** What a clock on the wall there shows. */
function isWorked({ calendar, timeZone }: WorkingTime, atMs: number): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    ...{ weekday: 'short', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric' },
  }).formatToParts(atMs);
  const shown = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  const number = (type: string): number => Number(shown(type));
  const minute = number('hour') * 60 + number('minute');
  const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(shown('weekday')) + 1;
  const isHoliday = calendar.holidays.some(
    ({ year, month, day }) =>
      day === number('day') && month === number('month') && (year ?? number('year')) === number('year'),
  );
  return (
    !isHoliday &&
    calendar.weekdays.includes(weekday) &&
    minute >= calendar.startMinute &&
    minute < calendar.endMinute
  );
}
