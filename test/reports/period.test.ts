import type { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { type AskedPeriod, resolvePeriod } from '../../src/reports/period.js';

/** A Wednesday; the clocks went forward on Sunday, March 29. */
const NOW = Date.parse('2026-04-01T10:30:00Z');
const BERLIN = {
  nowMs: NOW,
  timeZone: 'Europe/Berlin',
  isWorkingDay: (date: Temporal.PlainDate) => date.dayOfWeek < 6,
};

function shown(asked: AskedPeriod, context = BERLIN): string[] {
  const { fromMs, toMs, before } = resolvePeriod(asked, context);
  return [fromMs, toMs, before.fromMs, before.toMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
}

describe('a period', () => {
  test.each<[AskedPeriod, string[]]>([
    [{ name: 'today' }, ['2026-03-31T22:00', '2026-04-01T10:30', '2026-03-30T22:00', '2026-03-31T10:30']],
    [{ name: 'yesterday' }, ['2026-03-30T22:00', '2026-03-31T22:00', '2026-03-29T22:00', '2026-03-30T22:00']],
    [
      { name: 'last working day' },
      ['2026-03-30T22:00', '2026-03-31T22:00', '2026-03-29T22:00', '2026-03-30T22:00'],
    ],
    [{ name: 'this week' }, ['2026-03-29T22:00', '2026-04-01T10:30', '2026-03-26T23:00', '2026-03-29T11:30']],
    // The week with the lost hour begins at UTC+1 and ends at UTC+2.
    [{ name: 'last week' }, ['2026-03-22T23:00', '2026-03-29T22:00', '2026-03-15T23:00', '2026-03-22T22:00']],
    [
      { name: 'this month' },
      ['2026-03-31T22:00', '2026-04-01T10:30', '2026-02-28T23:00', '2026-03-01T11:30'],
    ],
    [
      { name: 'last month' },
      ['2026-02-28T23:00', '2026-03-31T22:00', '2026-01-31T23:00', '2026-02-28T23:00'],
    ],
    [
      { name: 'last 2 days' },
      ['2026-03-30T22:00', '2026-04-01T10:30', '2026-03-28T23:00', '2026-03-30T11:30'],
    ],
    [
      { from: '2026-03-02', to: '2026-03-08' },
      ['2026-03-01T23:00', '2026-03-08T23:00', '2026-02-22T23:00', '2026-03-01T23:00'],
    ],
    [
      { from: '2026-03-30' },
      ['2026-03-29T22:00', '2026-04-01T10:30', '2026-03-26T23:00', '2026-03-29T11:30'],
    ],
    [
      { from: '2026-03-01T09:00:00Z', to: '2026-03-01T10:00:00+01:00' },
      ['2026-03-01T09:00', '2026-03-01T09:00', '2026-03-01T09:00', '2026-03-01T09:00'],
    ],
    [
      { from: '2026-03-01T09:00:00Z', to: '2026-03-01T12:00:00Z' },
      ['2026-03-01T09:00', '2026-03-01T12:00', '2026-03-01T06:00', '2026-03-01T09:00'],
    ],
    [
      { from: '2026-03-01T09:00:00Z', to: '2026-03-01' },
      ['2026-03-01T09:00', '2026-03-01T23:00', '2026-02-28T19:00', '2026-03-01T09:00'],
    ],
  ])('%j is', (asked, expected) => {
    if (expected[0] === expected[1]) expect(() => shown(asked)).toThrow('ends before it begins');
    else expect(shown(asked)).toEqual(expected);
  });

  test('on a Monday, the last working day is Friday', () => {
    const monday = { ...BERLIN, nowMs: Date.parse('2026-03-30T07:00:00Z') };
    expect(shown({ name: 'last working day' }, monday).slice(0, 2)).toEqual([
      '2026-03-26T23:00',
      '2026-03-27T23:00',
    ]);
  });

  test('a team that never works has yesterday', () => {
    const never = { ...BERLIN, isWorkingDay: () => false };
    expect(shown({ name: 'last working day' }, never)).toEqual(shown({ name: 'yesterday' }));
  });

  test.each<[AskedPeriod, string]>([
    [{ name: 'last wek' }, 'there is no period "last wek"; known are today, yesterday, last working day,'],
    [{ name: 'last 0 days' }, 'there is no period "last 0 days"'],
    [{ to: '2026-03-01' }, 'a period with an end needs a beginning'],
    [{ from: '2026-02-30' }, 'there is no day 2026-02-30'],
    [{ from: 'monday' }, '"monday" is neither a day nor a moment; write it like 2026-06-01'],
    [
      { from: '2026-03-08', to: '2026-03-02' },
      'the period from 2026-03-08 to 2026-03-02 ends before it begins',
    ],
  ])('%j is refused', (asked, message) => {
    expect(() => shown(asked)).toThrow(message);
  });
});
