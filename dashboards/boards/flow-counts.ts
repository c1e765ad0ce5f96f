import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { table } from '../panels/table.js';
import { textOf } from '../panels/texts.js';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { CHOSEN, CLOSED, STARTED } from '../promql/flow.js';
import { grown, WEEKLY_STEP, weekly } from '../promql/growth.js';
import { processLimits } from '../promql/process-limits.js';
import { atStart, latest, matching, orZero, PROJECT } from '../promql/select.js';

export function cumulativeFlow(): Panel {
  const all = `sum(${latest('taiga_items', CHOSEN)})`;
  const inStage = (stage: string): string => {
    const items = latest('taiga_items', matching(CHOSEN, `stage="${stage}"`));
    return orZero(`sum(${items})`, all);
  };
  const doneBefore = orZero(`sum(${atStart('taiga_items', matching(CHOSEN, 'stage="done"'))})`, all);
  return trend({
    id: 10,
    title: 'Cumulative flow',
    unit: units.Count,
    decimals: 0,
    step: '6h',
    stacked: true,
    counts: true,
    empty: 'there are no items',
    about: {
      means:
        'Items by stage, one band above the other; done counts from the beginning of the range. The height of a band is what is in it; the distance to the right, from where an item enters a band to where it leaves it, is about how long it takes.',
      act: 'when a band in the middle widens: more enters that stage than leaves it.',
      helps: 'stop starting; help the stage after the band that widens.',
    },
    series: [
      { expression: `clamp_min(${inStage('done')} - ${doneBefore}, 0)`, legend: 'done', colour: 'green' },
      { expression: inStage('waiting'), legend: 'waiting', colour: 'orange' },
      { expression: inStage('active'), legend: 'active', colour: 'blue' },
      { expression: inStage('ready'), legend: 'ready', colour: 'purple' },
      { expression: inStage('backlog'), legend: 'backlog', colour: 'text' },
    ],
  });
}

export function throughput(): Panel {
  const limits = processLimits(CLOSED);
  return trend({
    id: 40,
    title: 'Closed each week, and what is usual',
    unit: units.Count,
    decimals: 0,
    step: WEEKLY_STEP,
    weeks: true,
    empty: 'less than a week is recorded',
    about: {
      means:
        'Bars: items closed in each week from Monday, the last one so far. Lines: the mean of the twelve weeks before each, and its process limits (mean ± 2.66 × the mean difference of neighbouring weeks).',
      act: 'when a bar is beyond a limit, or eight in a row are on one side of the mean.',
      helps: 'ask what was different in that week; between the limits there is nothing to explain.',
    },
    series: [
      { expression: weekly(CLOSED), legend: 'closed', colour: 'green', style: 'bars' },
      { expression: limits.mean, legend: 'mean', colour: 'text' },
      { expression: limits.upper, legend: 'upper limit', colour: 'blue', style: 'dashed' },
      { expression: limits.lower, legend: 'lower limit', colour: 'red', style: 'dashed' },
    ],
  });
}

export function arrivals(): Panel {
  return trend({
    id: 41,
    title: 'Begun, closed and net each week',
    unit: units.Count,
    decimals: 0,
    step: WEEKLY_STEP,
    weeks: true,
    empty: 'less than a week is recorded',
    about: {
      means:
        'Upward: items that entered an active or waiting column for the first time in each week from Monday; downward: items closed; the line is the difference. Some are closed without having been begun.',
      act: 'when the line stays above 0: work in progress grows.',
      helps: 'begin only when something is done.',
    },
    series: [
      { expression: weekly(STARTED), legend: 'begun', colour: 'yellow', style: 'bars' },
      { expression: weekly(CLOSED), legend: 'closed', colour: 'green', style: 'bars', below: true },
      { expression: `${weekly(STARTED)} - ${weekly(CLOSED)}`, legend: 'net', colour: 'text', width: 3 },
    ],
  });
}

export function pointsPerWeek(): Panel {
  return trend({
    id: 43,
    title: 'Story points closed each week',
    unit: units.Count,
    decimals: 0,
    step: WEEKLY_STEP,
    weeks: true,
    empty: 'no story points were closed',
    about: {
      means:
        'Story points of the user stories that were closed in each week from Monday, as they were estimated then.',
      act: 'when weeks of nothing alternate with very large ones: everything is closed at the end.',
      helps: 'smaller stories, closed one after the other.',
    },
    series: [
      {
        expression: weekly({ metric: 'taiga_userstory_points_closed_total', matchers: PROJECT }),
        legend: 'points',
        colour: 'blue',
        style: 'bars',
      },
    ],
  });
}

const TRANSITIONS: Readonly<Record<string, string>> = {
  started: 'started: begun',
  developed: 'developed: on to review or test',
  rejected: 'rejected: back from review or test',
  fixed: 'fixed: to test again',
  delivered: 'delivered: done',
  skipped: 'skipped: done without having been begun',
  reopened: 'reopened: open again',
  scope_increased: 'scope increased: committed',
  scope_decreased: 'scope decreased: back to the backlog',
  discarded: 'discarded',
  moved: 'moved otherwise',
};

export function transitions(): Panel {
  const moves = { metric: 'taiga_status_transitions_total', matchers: CHOSEN, by: ['transition'] };
  const points = { ...moves, metric: 'taiga_status_transition_points_total' };
  return table({
    id: 42,
    title: 'Moves in four weeks',
    unit: units.Count,
    decimals: 0,
    empty: 'nothing moved in four weeks',
    about: {
      means:
        'What happened to items in the last 28 days, as the team names such moves (docs/configuration.md), with the points of the user stories among them, and how many moves there were in the 28 days before.',
      act: 'when *rejected* is more than a fifth of *developed*, or *skipped* and *discarded* are many.',
      helps: 'talk about what "ready for test" means; close what will not be done before it is begun.',
    },
    queries: { A: `${grown(moves, 28)} > 0`, B: grown(moves, 28, 28), C: grown(points, 28) },
    sortBy: { title: 'Moves', descending: true },
    columns: [
      { of: 'transition', title: 'Move', mappings: [textOf(TRANSITIONS)] },
      { of: 'A', title: 'Moves', decimals: 0, width: 90 },
      { of: 'B', title: '28 days before', decimals: 0, width: 130 },
      { of: 'C', title: 'Points', decimals: 0, width: 90 },
    ],
  });
}
