import { describe, test } from 'vitest';
import { type Growth, grown, weekly } from '../../dashboards/promql/growth.js';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { expectAnswers } from './promtool.js';
import { substitute, TYPICAL } from './substitute.js';

const METRIC = 'taiga_items_closed_total';
const GROWTH = { metric: METRIC, matchers: '', by: ['project'] };
const A = '{project="a"}';

function series(labels: string): string {
  return `${METRIC}{${labels}}`;
}

/** In hours; it stays, and grows by one so often. */
function steps(...each: readonly (readonly [value: number, hours: number])[]): string {
  return each.map(([value, hours]) => `${value}x${hours - 1}`).join(' ');
}

describe.skipIf(!PROMETHEUS_IS_HERE)('how much a counter grew (skipped without promtool)', () => {
  const DAY = 24;

  test('is whole and exact, where increase() extrapolates', async () => {
    await expectAnswers('1h', { [series('project="a"')]: steps([5, 5 * DAY], [17, 5 * DAY]) }, [
      { expression: grown(GROWTH, 7), at: '9d', expected: { [A]: 12 } },
      { expression: grown(GROWTH, 1), at: '9d', expected: { [A]: 0 } },
      { expression: grown(GROWTH, 2, 3), at: '8d', expected: { [A]: 12 } },
    ]);
  });

  test('of a series that was born meanwhile is all of it, if the metric was recorded before', async () => {
    await expectAnswers(
      '1h',
      {
        [series('project="a"')]: `${steps([3, 9 * DAY])}`,
        [series('project="b"')]: `_x${5 * DAY} ${steps([0, 2], [4, 3 * DAY])}`,
      },
      [{ expression: grown(GROWTH, 7), at: '8d', expected: { [A]: 0, '{project="b"}': 4 } }],
    );
  });

  test('is unknown where the metric was not recorded before', async () => {
    await expectAnswers('1h', { [series('project="a"')]: `_x${5 * DAY} ${steps([100, 4 * DAY])}` }, [
      { expression: grown(GROWTH, 7), at: '8d', expected: {} },
      { expression: grown(GROWTH, 1), at: '8d', expected: { [A]: 0 } },
    ]);
  });

  test('counts two exporters once, also while one follows the other', async () => {
    await expectAnswers(
      '1h',
      {
        [series('project="a",instance="x"')]: `${steps([1, 5 * DAY], [4, DAY])} _x${3 * DAY}`,
        [series('project="a",instance="y"')]: `_x${5 * DAY} ${steps([4, 2 * DAY], [6, 2 * DAY])}`,
      },
      [
        { expression: grown(GROWTH, 7), at: '8d', expected: { [A]: 5 } },
        { expression: grown(GROWTH, 2), at: '6d', expected: { [A]: 3 } },
      ],
    );
  });

  test('forgets a project that is gone, instead of falling', async () => {
    await expectAnswers(
      '1h',
      {
        [series('project="a"')]: steps([1, 9 * DAY]),
        [series('project="b"')]: `${steps([7, 5 * DAY])} _x${4 * DAY}`,
      },
      [{ expression: grown({ ...GROWTH, by: [] }, 7), at: '8d', expected: { '{}': 0 } }],
    );
  });

  test('of what is called otherwise meanwhile is what it grew by', async () => {
    await expectAnswers(
      '1h',
      {
        [series('project="a",issue_type="Bug"')]: `${steps([7, 5 * DAY])} _x${4 * DAY}`,
        [series('project="a",issue_type="Defect"')]: `_x${5 * DAY} ${steps([8, 4 * DAY])}`,
      },
      [{ expression: grown(GROWTH, 7), at: '8d', expected: { [A]: 1 } }],
    );
  });

  test('adds up what it is asked to', async () => {
    await expectAnswers(
      '1h',
      {
        [series('project="a",kind="task"')]: steps([0, 5 * DAY], [3, 4 * DAY]),
        [series('project="a",kind="issue"')]: steps([2, 5 * DAY], [4, 4 * DAY]),
      },
      [{ expression: grown(GROWTH, 7), at: '8d', expected: { [A]: 5 } }],
    );
  });
});

describe.skipIf(!PROMETHEUS_IS_HERE)('weeks from Monday (skipped without promtool)', () => {
  /** Hours from Thursday, 1 January 1970, to the first Monday. */
  const MONDAY = 4 * 24;
  const WEEK = 7 * 24;
  /** In a time range that ends in so many hours. */
  const weeks = (growth: Growth, endHours = 4 * WEEK): string =>
    substitute(weekly(growth), { ...TYPICAL, endS: endHours * 3600 });

  test('are there on Mondays only, in every time zone from UTC-10 to UTC+13', async () => {
    await expectAnswers('1h', { [series('project="a"')]: steps([1, MONDAY + 10], [3, 3 * WEEK]) }, [
      { expression: weeks(GROWTH), at: '4d', expected: { [A]: 2 } },
      { expression: weeks(GROWTH), at: '5d', expected: {} },
      { expression: weeks(GROWTH), at: '3d', expected: {} },
      // Midnight in Auckland in summer, and on Hawaii.
      { expression: weeks(GROWTH), at: '3d11h', expected: { [A]: 2 } },
      { expression: weeks(GROWTH), at: '4d10h', expected: { [A]: 0 } },
      { expression: weeks(GROWTH), at: '5d10h', expected: {} },
    ]);
  });

  test('begin with what was counted at midnight, and end with it', async () => {
    // Seen at Monday's midnight itself: it happened before.
    await expectAnswers(
      '1h',
      { [series('project="a"')]: `${steps([1, MONDAY], [2, WEEK - 1], [5, 1], [9, WEEK])}` },
      [
        { expression: weeks(GROWTH), at: '4d', expected: { [A]: 7 } },
        { expression: weeks(GROWTH), at: '11d', expected: { [A]: 0 } },
      ],
    );
    await expectAnswers('1h', { [series('project="a"')]: steps([1, MONDAY], [2, WEEK], [9, WEEK]) }, [
      { expression: weeks(GROWTH), at: '4d', expected: { [A]: 7 } },
    ]);
  });

  test('have what there is of the week under way', async () => {
    await expectAnswers('1h', { [series('project="a"')]: steps([1, MONDAY + 5], [4, 30]) }, [
      { expression: weeks(GROWTH, MONDAY + 35), at: '4d', expected: { [A]: 3 } },
      { expression: weeks(GROWTH, MONDAY + 7), at: '4d', expected: { [A]: 3 } },
    ]);
  });

  test('can be subtracted from each other', async () => {
    const [more, less] = ['more_total', 'less_total'].map((metric) => weeks({ metric, matchers: '' }));
    await expectAnswers(
      '1h',
      { more_total: steps([1, MONDAY + 5], [19, WEEK]), less_total: steps([1, MONDAY + 5], [5, WEEK]) },
      [
        { expression: `${more} - ${less}`, at: '4d', expected: { '{}': 14 } },
        { expression: `${more} - ${less}`, at: '5d', expected: {} },
      ],
    );
  });

  test('bear an outage over midnight', async () => {
    await expectAnswers(
      '1h',
      { [series('project="a"')]: `${steps([1, MONDAY - 8])} _x16 ${steps([4, WEEK])}` },
      [{ expression: weeks(GROWTH), at: '4d', expected: { [A]: 3 } }],
    );
  });
});
