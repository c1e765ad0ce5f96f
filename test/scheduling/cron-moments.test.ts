import { describe, expect, onTestFinished, test } from 'vitest';
import { cronProblem } from '../../src/scheduling/cron-expression.js';
import { createCronMoments } from '../../src/scheduling/cron-moments.js';

const DAY_MS = 24 * 60 * 60_000;
const every = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

/** The days of July 2026 (the 1st is a Wednesday) on which there is a moment. */
function daysOfJuly(expression: string): number[] {
  const moments = createCronMoments(expression);
  onTestFinished(() => moments.close());
  const [begin, end] = [Date.UTC(2026, 6, 1) - 1, Date.UTC(2026, 7, 1) - 1];
  const forwards: number[] = [];
  for (let at = moments.nextAfter(begin); at !== undefined && at <= end; at = moments.nextAfter(at))
    forwards.push(at);
  const backwards: number[] = [];
  for (let at = moments.lastIn(begin, end); at !== undefined; at = moments.lastIn(begin, at - 1))
    backwards.push(at);
  expect(backwards.reverse()).toEqual(forwards);
  return forwards.map((at) => new Date(at).getUTCDate());
}

const MONDAYS = every(6, 27, 7);

describe('the days of an expression are those that cron takes', () => {
  test.each<[expression: string, days: readonly number[]]>([
    ['0 3 * * *', every(1, 31)],
    ['0 3 1 * *', [1]],
    ['0 3 * * 1', MONDAYS],
    ['0 3 ? * mon', MONDAYS],
    ['0 3 15 * ?', [15]],
    // Where both are given, either is enough.
    ['0 3 1 * 1', [1, ...MONDAYS]],
    ['0 3 6 * 1', MONDAYS],
    ['0 3 1,15 * fri', [1, 3, 10, 15, 17, 24, 31]],
    ['0 3 1-3 7 sat,sun', [1, 2, 3, 4, 5, 11, 12, 18, 19, 25, 26]],
    ['0 3 1 6 mon', []],
    ['30 0 3 1 * 1', [1, ...MONDAYS]],
    ['0 3 30 2,7 mon', [...MONDAYS, 30]],
    ['0 3 31 6 mon', []],
    ['0 3 L * mon', [...MONDAYS, 31]],
    ['0 3 1 * 1#2', [1, 13]],
    ['0 3 1-31 * 1', every(1, 31)],
    ['0 3 2/2 * 1'.replace('2/2', '2-30/14'), [2, 6, 13, 16, 20, 27, 30]],
    // A field that begins with * is not given, as in cron.
    ['0 3 */2 * 1', [13, 27]],
    [
      '0 3 1-7 * */2',
      every(1, 7)
        .sort((a, b) => a - b)
        .filter((day) => [0, 2, 4, 6].includes(new Date(Date.UTC(2026, 6, day)).getUTCDay())),
    ],
    ['@weekly', every(5, 26, 7)],
    ['@monthly', [1]],
  ])('%s', (expression, days) => {
    expect(cronProblem(expression)).toBeUndefined();
    expect(daysOfJuly(expression)).toEqual(days);
  });

  test('a day that never comes leaves the weekday', () => {
    const moments = createCronMoments('0 3 30 2 mon');
    onTestFinished(() => moments.close());
    expect(new Date(moments.nextAfter(Date.UTC(2026, 0, 1)) ?? 0).toISOString()).toBe(
      '2026-02-02T03:00:00.000Z',
    );
  });

  test('the interval is that between two of them', () => {
    const moments = createCronMoments('0 3 1 * 1');
    onTestFinished(() => moments.close());
    const first = moments.nextAfter(Date.UTC(2026, 6, 1)) ?? 0;
    expect(((moments.nextAfter(first) ?? 0) - first) / DAY_MS).toBe(5);
  });
});

describe('what means something else than it seems to is refused', () => {
  test.each([
    '*/90 * * * *',
    '0 */36 * * *',
    '0 0 */45 * *',
    '0 0 1 */24 *',
    '0 0 * * */14',
    '*/120 * * * * *',
  ])('%s', (expression) => {
    expect(cronProblem(expression)).toMatch(/is longer than its field|^this is not a cron expression/);
  });
  test.each(['*/60 * * * *', '0 */24 * * *', '5-59/15 * * * *', '0 0 */31 * *'])(
    '%s is taken',
    (expression) => {
      expect(cronProblem(expression)).toBeUndefined();
    },
  );
  test.each([
    '0 0 30 2 *',
    '0 0 32 2 1',
    '0 0 30 2 9',
    '0 0 30 13 1',
    '0',
    '0 0 * *',
    '@reboot',
    '5/15 * * * *',
    '0 0 0 * *',
  ])('%s is none', (expression) => {
    expect(cronProblem(expression)).toMatch(/is not a cron expression/);
  });
});
