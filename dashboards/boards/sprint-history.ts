import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { barChart } from '../panels/bar-chart.js';
import { barGauge } from '../panels/bar-gauge.js';
import { stat } from '../panels/stat.js';
import { table } from '../panels/table.js';
import { anyText, textOf } from '../panels/texts.js';
import * as units from '../panels/units.js';
import { LAST_TEN, named, ofLastTen } from '../promql/past-sprints.js';
import { latest, matching, orZero } from '../promql/select.js';
import { SPRINT } from '../promql/sprint.js';

const VELOCITY = ofLastTen('taiga_sprint_points', 'closed="true"');

export function outcomes(): Panel {
  const all = `sum(${latest('taiga_sprint_commitment_points', SPRINT)})`;
  const outcome = (name: string): string =>
    orZero(`sum(${latest('taiga_sprint_commitment_points', matching(SPRINT, `outcome="${name}"`))})`, all);
  return barGauge({
    id: 13,
    title: 'What became of the commitment',
    unit: units.Count,
    decimals: 0,
    empty: 'nothing was committed',
    about: {
      means:
        'Story points that were in the sprint at the end of its first day, by what became of them by its end: closed, still open, taken out.',
      act: 'in the retrospective: open and taken out together are what was promised too much.',
      helps: 'compare with the velocity below before the next commitment.',
    },
    bars: [
      { expression: outcome('closed'), legend: 'closed', colour: 'green' },
      { expression: outcome('open'), legend: 'still open', colour: 'orange' },
      { expression: outcome('removed'), legend: 'taken out', colour: 'purple' },
    ],
  });
}

export function velocityStat(): Panel {
  return stat({
    id: 20,
    title: 'Velocity',
    large: true,
    unit: units.Count,
    decimals: 0,
    empty: 'no sprint is over yet',
    about: {
      means:
        'Story points that the last ten sprints closed: half of them at least the first number; seven of ten lie between the other two.',
      act: 'when a plan is above the upper number: it has been reached in one of seven sprints.',
      helps: 'commit to the lower number and pull more when there is time.',
    },
    values: [
      { name: 'half of the sprints', expression: `quantile(0.5, ${VELOCITY})` },
      { name: 'from', expression: `quantile(0.15, ${VELOCITY})` },
      { name: 'to', expression: `quantile(0.85, ${VELOCITY})` },
    ],
  });
}

export function velocityChart(): Panel {
  return barChart({
    id: 21,
    title: 'Committed and closed in the last ten sprints',
    unit: units.Count,
    decimals: 0,
    empty: 'no sprint is over yet',
    about: {
      means:
        'For each sprint that is over: story points that it held at the end of its first day, and those that it closed (of what came later, too).',
      act: 'when the first bar is the longer one every time.',
      helps: 'commit to what was closed, not to what was committed.',
    },
    groups: 'sprint_name',
    order: named(LAST_TEN),
    bars: [
      {
        expression: named(ofLastTen('taiga_sprint_commitment_points')),
        legend: 'committed',
        colour: 'blue',
      },
      { expression: named(VELOCITY), legend: 'closed', colour: 'green' },
    ],
  });
}

export function sprintTable(): Panel {
  const each = 'project, sprint, sprint_name, state';
  const info = `max by (${each}) (${latest('taiga_sprint_info')})`;
  const joined = (expression: string): string =>
    `(${expression}) * on (project, sprint) group_left (sprint_name, state) ${info}`;
  const sum = (metric: string, ...matchers: readonly string[]): string =>
    `sum by (project, sprint) (${latest(metric, matching('project=~"$project"', ...matchers))})`;
  const points = sum('taiga_sprint_points');
  return table({
    id: 22,
    title: 'All sprints',
    unit: units.Count,
    decimals: 0,
    empty: 'the project has no sprints',
    about: {
      means: 'Each sprint with its dates, points and stories as they are now.',
      act: 'when a sprint that is over is not at 100 %: its rest belongs into another or back to the backlog.',
      helps: 'choose a sprint by the link in the last column.',
    },
    queries: {
      A: joined(`max by (project, sprint) (${latest('taiga_sprint_start_timestamp_seconds')}) * 1000`),
      B: joined(`max by (project, sprint) (${latest('taiga_sprint_end_timestamp_seconds')}) * 1000`),
      C: joined(points),
      D: joined(`${sum('taiga_sprint_points', 'closed="true"')} / (${points} > 0)`),
      E: joined(sum('taiga_sprint_userstories')),
      F: joined(sum('taiga_sprint_carried_over_userstories')),
    },
    sortBy: { title: 'First day', descending: true },
    columns: [
      { of: 'sprint_name', title: 'Sprint' },
      {
        of: 'state',
        title: 'State',
        mappings: [textOf({ past: 'over', current: 'running', future: 'to come' })],
      },
      { of: 'A', title: 'First day', unit: 'time:YYYY-MM-DD' },
      { of: 'B', title: 'Ends', unit: 'time:YYYY-MM-DD HH:mm' },
      { of: 'C', title: 'Points', decimals: 0 },
      { of: 'D', title: 'Closed', unit: units.PercentUnit, decimals: 0, gaugeTo: 1 },
      { of: 'E', title: 'Stories', decimals: 0 },
      { of: 'F', title: 'Carried over', decimals: 0 },
      {
        of: 'sprint',
        title: 'Show',
        width: 80,
        mappings: [anyText('show →')],
        link: {
          title: 'Show this sprint',
          url: `/d/bugflow-sprint?var-sprint=\${__value.raw}&\${project:queryparam}&\${datasource:queryparam}`,
          here: true,
        },
      },
    ],
  });
}
