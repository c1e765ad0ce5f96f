import { describe, expect, test } from 'vitest';
import { compared } from '../../dashboards/promql/compared.js';
import { mean, percentile, percentileNow, upTo } from '../../dashboards/promql/durations.js';
import { weekly } from '../../dashboards/promql/growth.js';
import { processLimits } from '../../dashboards/promql/process-limits.js';
import { type Verdicts, withVerdict } from '../../dashboards/promql/verdict.js';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { expectAnswers, type Series } from './promtool.js';
import { substitute, TYPICAL } from './substitute.js';

const HERE = PROMETHEUS_IS_HERE;

describe.skipIf(!HERE)('process limits (skipped without promtool)', () => {
  const GROWTH = { metric: 'taiga_issues_created_total', matchers: '' };
  const WEEKS = [4, 7, 2, 5, 5, 9, 1, 3, 6, 4, 8, 2, 30];

  test('are the mean of twelve weeks ± 2.66 × their mean moving range', async () => {
    // By the book, from the weeks themselves.
    const base = WEEKS.slice(0, 12);
    const middle = base.reduce((sum, each) => sum + each, 0) / 12;
    const moves = base.slice(1).map((each, i) => Math.abs(each - (base[i] ?? 0)));
    const spread = (2.66 * moves.reduce((sum, each) => sum + each, 0)) / moves.length;

    // Half a day from sample to sample; all of a week happens at its noon on Wednesday. The first Monday is the fifth day.
    let total = 10;
    const texts = [`${total}x13`];
    for (const week of WEEKS) {
      total += week;
      texts.push(`${total}x13`);
    }
    const series = { 'taiga_issues_created_total{project="a"}': texts.join(' ') };
    const limits = processLimits(GROWTH);
    const week = substitute(weekly(GROWTH), TYPICAL);
    const at = `${4 + 12 * 7}d`;
    await expectAnswers('12h', series, [
      { expression: week, at, expected: { '{}': 30 } },
      { expression: week, at: '4d', expected: { '{}': 4 } },
      { expression: limits.mean, at, expected: { '{}': middle } },
      { expression: `round(${limits.upper}, 0.001)`, at, expected: { '{}': rounded(middle + spread) } },
      { expression: limits.lower, at, expected: { '{}': 0 } },
      // Eleven weeks tell too little.
      { expression: limits.upper, at: `${4 + 11 * 7}d`, expected: {} },
    ]);
  });

  function rounded(value: number): number {
    return Math.round(value * 1000) / 1000;
  }
});

describe.skipIf(!HERE)('durations (skipped without promtool)', () => {
  const DAY = 86_400;
  const ALL = { histogram: 'taiga_cycle_time_seconds', matchers: '' };

  function grownBy(name: string, perDay: readonly (readonly [le: string, growth: number])[]): Series {
    return Object.fromEntries(perDay.map(([le, growth]) => [`${name}_bucket{le="${le}"}`, `0+${growth}x60`]));
  }

  test('of a window come from what its buckets grew by', async () => {
    const days = grownBy('taiga_cycle_time_seconds', [
      ['86400.0', 1],
      ['172800.0', 3],
      ['+Inf', 4],
    ]);
    const sums = {
      taiga_cycle_time_seconds_sum: `0+${10 * DAY}x60`,
      taiga_cycle_time_seconds_count: '0+4x60',
    };
    await expectAnswers('1d', { ...days, ...sums }, [
      // Half of four: one of the two between one and two days.
      { expression: percentile(0.5, ALL, 7), at: '20d', expected: { '{}': 1.5 * DAY } },
      { expression: mean(ALL, 7), at: '20d', expected: { '{}': 2.5 * DAY } },
    ]);
  });

  test('of now come from the buckets as they are', async () => {
    const ages = {
      'taiga_item_age_seconds_bucket{le="604800.0"}': '0x3 8x10',
      'taiga_item_age_seconds_bucket{le="2592000.0"}': '0x3 16x10',
      'taiga_item_age_seconds_bucket{le="+Inf"}': '0x3 16x10',
    };
    await expectAnswers('1d', ages, [
      { expression: upTo('taiga_item_age_seconds', 604_800, ''), at: '8d', expected: { '{}': 8 } },
      { expression: upTo('taiga_item_age_seconds', 604_801, ''), at: '8d', expected: {} },
      {
        expression: percentileNow(0.5, { histogram: 'taiga_item_age_seconds', matchers: '' }),
        at: '8d',
        expected: { '{}': 604_800 },
      },
    ]);
  });
});

describe.skipIf(!HERE)('a verdict (skipped without promtool)', () => {
  const SCALE: Verdicts = [
    { word: 'none', colour: 'green' },
    { word: 'some', colour: 'orange', from: 1 },
    { word: 'many', colour: 'red', from: '2 * 5' },
  ];

  test.each([
    [0, 'none'],
    [0.9, 'none'],
    [1, 'some'],
    [9.9, 'some'],
    [10, 'many'],
    [1000, 'many'],
  ])('on %d is one word: %s', async (value, word) => {
    await expectAnswers('1d', { blocked: `${value}x5` }, [
      {
        expression: withVerdict('sum(blocked)', SCALE),
        at: '3d',
        expected: { [`{verdict="${word}"}`]: value },
      },
    ]);
  });

  test('on nothing is none', async () => {
    await expectAnswers('1d', {}, [
      { expression: withVerdict('sum(blocked)', SCALE), at: '3d', expected: {} },
    ]);
  });

  const words = ['fewer', 'as many', 'more'] as const;
  test.each([
    ['4', '10', 'fewer'],
    ['10', '10', 'as many'],
    ['11', '10', 'as many'],
    ['12', '10', 'more'],
    ['12', '_', 'as many'],
    ['12', '0', 'as many'],
    ['12', 'NaN', 'as many'],
  ])('on %s after %s is: %s', async (now, before, word) => {
    const verdicts = compared('sum(now)', { before: 'sum(before)', words, good: 'less' });
    const expected = { [`{verdict="${word}"}`]: Number(now) };
    await expectAnswers('1d', { now: `${now}x5`, before: Array(6).fill(before).join(' ') }, [
      { expression: withVerdict('sum(now)', verdicts), at: '3d', expected },
    ]);
  });
});

test('a scale has its words in the order of its numbers', () => {
  expect(
    compared('x', { before: 'y', words: ['a', 'b', 'c'], good: 'more' }).map(({ colour }) => colour),
  ).toEqual(['orange', 'blue', 'green']);
});
