import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { WEEKLY_STEP, weekly } from '../promql/growth.js';
import { BASE_WEEKS, processLimits } from '../promql/process-limits.js';
import { openBugs } from '../promql/work.js';
import { BUG } from './bug-stats.js';

const CREATED = { metric: 'taiga_issues_created_total', matchers: BUG };
const CLOSED = { metric: 'taiga_issues_closed_total', matchers: BUG };

export function inflowLimits(): Panel {
  const limits = processLimits(CREATED);
  return trend({
    id: 10,
    title: 'Bugs reported each week, and what is usual',
    unit: units.Count,
    decimals: 0,
    step: WEEKLY_STEP,
    weeks: true,
    empty: 'no bug was reported',
    about: {
      means: `Bars: bugs reported in each week from Monday, the last one so far. Lines: the mean of the ${BASE_WEEKS} weeks before each, and its process limits (mean ± 2.66 × the mean difference of neighbouring weeks). Between the limits it is chance.`,
      act: 'when a bar is beyond a limit, or eight in a row are on one side of the mean: something changed.',
      helps:
        'ask what was released or who began to test in that week; do not explain bars within the limits.',
    },
    series: [
      { expression: weekly(CREATED), legend: 'reported', colour: 'orange', style: 'bars' },
      { expression: limits.mean, legend: 'mean', colour: 'text' },
      { expression: limits.upper, legend: 'upper limit', colour: 'red', style: 'dashed' },
      { expression: limits.lower, legend: 'lower limit', colour: 'blue', style: 'dashed' },
    ],
  });
}

export function inAndOut(): Panel {
  return trend({
    id: 11,
    title: 'In, out and net each week',
    unit: units.Count,
    decimals: 0,
    step: WEEKLY_STEP,
    weeks: true,
    empty: 'less than a week is recorded',
    about: {
      means:
        'Upward: bugs reported in each week from Monday; downward: bugs closed; the line is the difference.',
      act: 'when the line stays above 0 for four weeks.',
      helps: 'close as many as come: take one for each new one before anything else is begun.',
    },
    series: [
      { expression: weekly(CREATED), legend: 'in', colour: 'orange', style: 'bars' },
      { expression: weekly(CLOSED), legend: 'out', colour: 'green', style: 'bars', below: true },
      { expression: `${weekly(CREATED)} - ${weekly(CLOSED)}`, legend: 'net', colour: 'text', width: 3 },
    ],
    min: 'auto',
  });
}

export function openOverTime(): Panel {
  return trend({
    id: 12,
    title: 'Open bugs',
    unit: units.Count,
    decimals: 0,
    step: '3h',
    counts: true,
    empty: 'no bugs are known',
    about: {
      means: 'Bugs that were not closed at each moment: what in and out add up to.',
      act: 'when it is higher at each end of a sprint than at the one before.',
      helps: 'look for the moment at which it began to climb; the marks show sprints and alerts.',
    },
    series: [{ expression: openBugs(), legend: 'open bugs', colour: 'orange', style: 'area' }],
  });
}
