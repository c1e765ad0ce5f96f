import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { barGauge } from '../panels/bar-gauge.js';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { percentile } from '../promql/durations.js';
import { latest } from '../promql/select.js';
import { SEVERITY_COLOURS } from './bug-colours.js';
import { BUG_LEAD_TIME, olderThan, reopened, UNTRIAGED, WINDOW_DAYS } from './bug-stats.js';

export function leadTimes(): Panel {
  const days = (quantile: number): string => `${percentile(quantile, BUG_LEAD_TIME, WINDOW_DAYS)} / 86400`;
  return trend({
    id: 30,
    title: 'Lead time of bugs',
    unit: units.Days,
    decimals: 0,
    step: '1d',
    empty: 'no bug was closed',
    about: {
      means:
        'In so many days 50, 85 and 95 of 100 bugs were closed, from their report on; at each moment of those closed in the eight weeks before. Interpolated within buckets of hours to months.',
      act: 'when the upper lines leave the lower one: a few bugs are left lying while the rest is quick.',
      helps: 'look at the table of the worst and finish the oldest first.',
    },
    series: [
      { expression: days(0.95), legend: '95 of 100', colour: 'red', style: 'dashed' },
      { expression: days(0.85), legend: '85 of 100', colour: 'orange', width: 3 },
      { expression: days(0.5), legend: 'half', colour: 'green' },
    ],
  });
}

export function leadTimeBySeverity(): Panel {
  const bySeverity = percentile(0.85, { ...BUG_LEAD_TIME, by: ['severity'] }, WINDOW_DAYS);
  return trend({
    id: 31,
    title: 'Lead time by severity, 85 of 100',
    unit: units.Days,
    decimals: 0,
    step: '1d',
    empty: 'no bug was closed',
    about: {
      means:
        'In so many days 85 of 100 bugs of each severity were closed, in the eight weeks before each moment.',
      act: 'when a severe line runs above a harmless one: severity then decides nothing.',
      helps: 'pull bugs by severity, not by who asks loudest.',
    },
    colours: SEVERITY_COLOURS,
    series: [{ expression: `${bySeverity} / 86400`, legend: '{{severity}}' }],
  });
}

export function firstResponse(): Panel {
  const days = (quantile: number): string =>
    `${percentile(quantile, { histogram: 'taiga_first_response_seconds' }, WINDOW_DAYS)} / 86400`;
  return trend({
    id: 32,
    title: 'First response to issues',
    unit: units.Days,
    decimals: 0,
    step: '1d',
    empty: 'no issue was answered',
    about: {
      means:
        'In so many days 50 and 85 of 100 issues of all types got their first comment or change from somebody other than the reporter, in the eight weeks before each moment.',
      act: 'when the upper line passes three days.',
      helps: 'one person each week who looks at new issues every morning.',
    },
    series: [
      { expression: days(0.85), legend: '85 of 100', colour: 'orange', width: 3 },
      { expression: days(0.5), legend: 'half', colour: 'green' },
    ],
  });
}

export function reopenRate(): Panel {
  return trend({
    id: 33,
    title: 'Reopened for each closed',
    unit: units.PercentUnit,
    step: '1d',
    empty: 'no issue was closed',
    about: {
      means:
        'Issues of all types that were reopened, for each that was closed, in the eight weeks before each moment.',
      act: 'when it stays above 10 %.',
      helps: 'agree on how a fix is checked before it is closed; let the reporter close.',
    },
    levels: [
      { from: null, colour: 'green', word: 'few' },
      { from: 0.05, colour: 'yellow', word: 'watch' },
      { from: 0.1, colour: 'red', word: 'too many' },
    ],
    series: [{ expression: reopened(WINDOW_DAYS), legend: 'reopened', colour: 'blue', style: 'area' }],
  });
}

export function triageByAge(): Panel {
  const all = `sum(${latest('taiga_item_age_seconds_count', UNTRIAGED)})`;
  return barGauge({
    id: 34,
    title: 'Waiting for triage, by age',
    unit: units.Count,
    decimals: 0,
    empty: 'nothing waits',
    about: {
      means: 'Issues of all types in the first column, by the days since they were reported.',
      act: 'when anything is in the last two bands.',
      helps: 'ten minutes a day: accept, reject or ask back.',
    },
    bars: [
      { expression: `${all} - ${olderThan(2)}`, legend: '0–2 days', colour: 'green' },
      { expression: `${olderThan(2)} - ${olderThan(7)}`, legend: '2–7 days', colour: 'yellow' },
      { expression: `${olderThan(7)} - ${olderThan(30)}`, legend: '7–30 days', colour: 'orange' },
      { expression: olderThan(30), legend: 'over 30 days', colour: 'red' },
    ],
  });
}
