import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { table } from '../panels/table.js';
import { anyText } from '../panels/texts.js';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { percentile } from '../promql/durations.js';
import { grown, WEEKLY_STEP, weekly } from '../promql/growth.js';
import { latest, matching, PROJECT, withProjectName } from '../promql/select.js';
import { OPEN, WIP, WORK } from '../promql/work.js';

const MATCHERS = matching(PROJECT, WORK);
const BY = ['project'];

function per(metric: string, ...matchers: readonly string[]): string {
  return `sum by (project) (${latest(metric, matching(PROJECT, ...matchers))})`;
}

export function projectTable(): Panel {
  const closed = { metric: 'taiga_items_closed_total', matchers: MATCHERS, by: BY };
  const cycle = { histogram: 'taiga_cycle_time_seconds', matchers: MATCHERS, by: BY };
  const within = grown({ metric: 'taiga_items_within_sle_total', matchers: MATCHERS, by: BY }, 90);
  const measured = grown({ metric: 'taiga_cycle_time_seconds_count', matchers: MATCHERS, by: BY }, 90);
  return table({
    id: 1,
    title: 'Projects',
    unit: units.Count,
    decimals: 0,
    empty: 'the exporter knows no project',
    about: {
      means:
        'User stories and issues of each project: open, in progress, closed in the last four weeks and in the seven days before each moment of the range, days in which 85 of 100 were closed once begun (90 days), share within the service level (90 days), blocked (of all kinds), and what nobody touched for long.',
      act: 'on the row with the most colours: one project that stands still costs more than three that are slow.',
      helps:
        'open the project by its name, and talk to the team before drawing conclusions; projects differ too much to be ranked.',
    },
    queries: {
      A: withProjectName(per('taiga_items', WORK, OPEN)),
      B: withProjectName(per('taiga_items', WORK, WIP)),
      C: withProjectName(grown(closed, 28)),
      D: withProjectName(`${percentile(0.85, cycle, 90)} / 86400`),
      E: withProjectName(`${within} / (${measured} > 0)`),
      F: withProjectName(per('taiga_items_blocked')),
      G: withProjectName(per('taiga_items_stale', WORK)),
      H: withProjectName(grown(closed, 7)),
      I: withProjectName(per('taiga_items', WORK, OPEN)),
    },
    sortBy: { title: 'Project' },
    step: '1d',
    columns: [
      { of: 'project_name', title: 'Project' },
      { of: 'A', title: 'Open', decimals: 0, width: 70 },
      { of: 'I', title: 'Open, over time', sparkline: true, width: 160 },
      { of: 'B', title: 'In progress', decimals: 0, width: 95 },
      { of: 'C', title: 'Closed, 4 weeks', decimals: 0, width: 125 },
      { of: 'H', title: 'Closed in 7 days', sparkline: true, width: 160 },
      { of: 'D', title: '85 of 100 in', unit: units.Days, decimals: 0, width: 105 },
      {
        of: 'E',
        title: 'Service level',
        unit: units.PercentUnit,
        decimals: 0,
        width: 110,
        levels: [
          { from: null, colour: 'red', word: 'too rarely' },
          { from: 0.7, colour: 'yellow', word: 'shaky' },
          { from: 0.85, colour: 'green', word: 'reliable' },
        ],
      },
      {
        of: 'F',
        title: 'Blocked',
        decimals: 0,
        width: 80,
        levels: [
          { from: null, colour: 'green', word: 'none' },
          { from: 1, colour: 'orange', word: 'ask today' },
          { from: 5, colour: 'red', word: 'stop and unblock' },
        ],
      },
      {
        of: 'G',
        title: 'Forgotten',
        decimals: 0,
        width: 90,
        levels: [
          { from: null, colour: 'green', word: 'none' },
          { from: 1, colour: 'yellow', word: 'some' },
          { from: 10, colour: 'red', word: 'a graveyard' },
        ],
      },
      {
        of: 'project',
        title: 'Show',
        width: 80,
        mappings: [anyText('flow →')],
        link: {
          title: 'Show its flow',
          url: `/d/bugflow-kanban-flow?var-project=\${__value.raw}&\${datasource:queryparam}&\${__url_time_range}`,
          here: true,
        },
      },
    ],
  });
}

export function openByProject(): Panel {
  return trend({
    id: 2,
    title: 'Open, by project',
    unit: units.Count,
    decimals: 0,
    step: '6h',
    counts: true,
    empty: 'the exporter knows no project',
    about: {
      means: 'User stories and issues that were neither done nor discarded, at each moment.',
      act: 'when a line climbs all quarter long: more is wanted than can be done.',
      helps: 'say no to something, or move people.',
    },
    series: [{ expression: withProjectName(per('taiga_items', WORK, OPEN)), legend: '{{project_name}}' }],
  });
}

export function closedByProject(): Panel {
  return trend({
    id: 3,
    title: 'Closed each week, by project',
    unit: units.Count,
    decimals: 0,
    step: WEEKLY_STEP,
    weeks: true,
    empty: 'less than a week is recorded',
    about: {
      means: 'User stories and issues closed in each week from Monday; the last week is under way.',
      act: 'when one project closes nothing for weeks while it has work in progress.',
      helps: 'ask what it waits for.',
    },
    series: [
      {
        expression: withProjectName(
          weekly({ metric: 'taiga_items_closed_total', matchers: MATCHERS, by: BY }),
        ),
        legend: '{{project_name}}',
      },
    ],
  });
}
