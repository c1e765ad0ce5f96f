import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { sprintChart } from '../panels/sprint-chart.js';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { WEEKLY_STEP, weekly } from '../promql/growth.js';
import { matching, PROJECT } from '../promql/select.js';
import { sprintPointsLeft } from '../promql/sprint.js';
import { AHEAD, IDEAL_LINE, soFar } from '../promql/sprint-days.js';
import { openBugs, WORK } from '../promql/work.js';

export function burndown(): Panel {
  return sprintChart({
    id: 10,
    title: 'Points left in the sprint (dashed: ideal)',
    unit: units.Count,
    empty: 'no sprint is running',
    legend: 'none',
    about: {
      means:
        'Story points of the sprint that are not closed, on each of its days, with what was in the sprint that day; dashed: an even way from what was committed to nothing.',
      act: 'when the line stays above the dashed one for two days, or rises.',
      helps:
        'finish stories one after the other; a flat line with much in progress means that nothing is closed.',
    },
    lines: [
      { expression: IDEAL_LINE, legend: 'ideal', colour: 'text', style: 'dashed' },
      {
        expression: soFar(sprintPointsLeft(AHEAD)),
        legend: 'points left',
        colour: 'blue',
        style: 'area',
        width: 5,
        steps: true,
      },
    ],
  });
}

export function bugsGraph(): Panel {
  return trend({
    id: 11,
    title: 'Open bugs, 90 days',
    unit: units.Count,
    decimals: 0,
    step: '6h',
    timeFrom: '90d',
    counts: true,
    legend: 'none',
    empty: 'no bugs are known',
    about: {
      means: 'Bugs that were not closed at each moment. The lines mark where sprints begin.',
      act: 'when it climbs from sprint to sprint.',
      helps: 'a limit: no new story begins while more bugs are open than the team agreed to bear.',
    },
    series: [{ expression: openBugs(), legend: 'open bugs', colour: 'orange', style: 'area', width: 4 }],
  });
}

export function weeksGraph(): Panel {
  const per = (metric: string): string => weekly({ metric, matchers: matching(PROJECT, WORK) });
  return trend({
    id: 12,
    title: 'Closed in each week (bars) and begun (line)',
    unit: units.Count,
    decimals: 0,
    step: WEEKLY_STEP,
    timeFrom: '90d',
    weeks: true,
    legend: 'none',
    empty: 'too little past to tell',
    about: {
      means:
        'User stories and issues that were closed in each week from Monday, and how many were begun. The last bar is the week under way.',
      act: 'when the line runs above the bars: more is begun than finished, so all of it takes longer.',
      helps: 'begin something only when something is done.',
    },
    series: [
      { expression: per('taiga_items_closed_total'), legend: 'closed', colour: 'green', style: 'bars' },
      { expression: per('taiga_items_started_total'), legend: 'begun', colour: 'yellow', width: 4 },
    ],
  });
}
