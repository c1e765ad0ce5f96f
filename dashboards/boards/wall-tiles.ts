import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { FIRING } from '../annotations.js';
import { detail } from '../links.js';
import { type StatOptions, stat } from '../panels/stat.js';
import * as units from '../panels/units.js';
import { grown } from '../promql/growth.js';
import { latest, matching, once, PROJECT } from '../promql/select.js';
import { DAYS_LEFT, IDEAL_LEFT, sprintPointsLeft } from '../promql/sprint.js';
import { openBugs, thresholdDays, WIP, WORK } from '../promql/work.js';

const LARGE = { title: 30, value: 96 };
const SMALL = { title: 22, value: 64 };

function tile(options: StatOptions): Panel {
  return stat({ text: SMALL, ...options });
}

export function sprintTile(): Panel {
  return tile({
    id: 1,
    title: 'Sprint',
    unit: units.Count,
    decimals: 0,
    text: LARGE,
    empty: 'no sprint',
    about: {
      means:
        'Story points of the running sprint that are not closed, against what would be left if they were closed evenly over its days; and the days that are left.',
      act: 'as soon as it says *behind*: half of the sprint is the latest moment at which a cut still helps.',
      helps:
        'take something out of the sprint with the product owner, or have two people finish what was begun.',
    },
    values: [
      {
        name: 'points left',
        expression: sprintPointsLeft(),
        verdicts: [
          { word: 'on track', colour: 'green' },
          { word: 'behind', colour: 'orange', from: `1.1 * scalar(${IDEAL_LEFT}) + 1` },
          { word: 'far behind', colour: 'red', from: `1.3 * scalar(${IDEAL_LEFT}) + 5` },
        ],
      },
      { name: 'days left', expression: DAYS_LEFT, decimals: 0 },
    ],
    links: [detail('The sprint in detail', 'bugflow-sprint')],
  });
}

export function bugsTile(): Panel {
  const before = `scalar(${openBugs('28d')} or ${openBugs()})`;
  return tile({
    id: 2,
    title: 'Open bugs',
    unit: units.Count,
    decimals: 0,
    text: LARGE,
    empty: 'no bugs',
    about: {
      means: 'Bugs that are not closed, compared with four weeks ago.',
      act: 'when it says *growing* for two weeks: more comes in than the team takes away.',
      helps: 'reserve a share of each week for bugs, and look at what the newest ones have in common.',
    },
    values: [
      {
        name: 'open bugs',
        expression: openBugs(),
        verdicts: [
          { word: 'shrinking', colour: 'green' },
          { word: 'steady', colour: 'blue', from: `0.95 * ${before}` },
          { word: 'growing', colour: 'orange', from: `1.05 * ${before} + 1` },
          { word: 'growing fast', colour: 'red', from: `1.25 * ${before} + 3` },
        ],
      },
    ],
    links: [detail('Bugs in detail', 'bugflow-bug-flow')],
  });
}

export function closedTile(): Panel {
  const closed = { metric: 'taiga_items_closed_total', matchers: matching(PROJECT, WORK) };
  const usual = `${grown(closed, 84, 7)} / 12`;
  return tile({
    id: 3,
    title: 'Closed in seven days',
    unit: units.Count,
    decimals: 0,
    text: LARGE,
    empty: 'less than a week is recorded',
    about: {
      means:
        'User stories and issues closed in the last seven days, and in a usual week: the mean of the twelve before. Seven days, not the calendar week: on a Monday it says as much as on a Friday.',
      act: 'when it says *fewer than usual* and nobody was on holiday.',
      helps: 'look at what is in progress: usually too much of it is, or it waits for somebody.',
    },
    values: [
      {
        name: 'closed',
        expression: grown(closed, 7),
        verdicts: [
          { word: 'fewer than usual', colour: 'orange' },
          { word: 'as usual', colour: 'green', from: `0.7 * scalar(${usual} or vector(0))` },
          { word: 'more than usual', colour: 'green', from: `1.3 * scalar(${usual} or vector(0)) + 0.01` },
        ],
      },
      { name: 'usual week', expression: usual, decimals: 0 },
    ],
    links: [detail('Flow in detail', 'bugflow-kanban-flow')],
  });
}

export function wipTile(): Panel {
  const cell = '(project, status, swimlane)';
  return tile({
    id: 4,
    title: 'In progress',
    unit: units.Count,
    decimals: 0,
    empty: 'nothing',
    about: {
      means:
        'User stories and issues that were begun and are not done; and the column that is fullest against its limit (100 %: full).',
      act: 'when a column is over its limit: nothing more is pulled into it.',
      helps: 'finish before starting: whoever is free helps the fullest column.',
    },
    values: [
      { name: 'items begun', expression: `sum(${latest('taiga_items', matching(PROJECT, WORK, WIP))})` },
      {
        name: 'column {{status}}',
        expression: `topk(1, max by (status) (${latest('taiga_wip_items')} / on ${cell} ${latest('taiga_wip_limit')}))`,
        unit: units.PercentUnit,
        verdicts: [
          { word: 'room', colour: 'green' },
          { word: 'full', colour: 'yellow', from: 1 },
          { word: 'over its limit', colour: 'red', from: 1.001 },
        ],
      },
    ],
    links: [detail('Flow in detail', 'bugflow-kanban-flow')],
  });
}

export function oldestTile(): Panel {
  const late = latest('taiga_attention_item_age_seconds', matching(PROJECT, WORK, 'reason="over_sle"'));
  const ages = latest('taiga_wip_age_seconds_bucket', matching(PROJECT, WORK));
  const oldest = `(histogram_quantile(1, sum by (le) (${ages})) > 0) / 86400`;
  const listed = 'bugflow_collector_up{collector="attention"} == 1';
  return tile({
    id: 5,
    title: 'Oldest in progress',
    unit: units.Days,
    decimals: 0,
    empty: 'nothing',
    about: {
      means:
        'How long the oldest user story or issue has been in progress. The name is given when it is over the service level that the team expects (`thresholds.sle`); else all are younger than the number says.',
      act: 'when it is over the service level, today: the older it gets, the less is it done by itself.',
      helps: 'talk about this one item first in the daily meeting; split it, or put it back.',
    },
    values: [
      {
        name: '#{{ref}} {{subject}}',
        expression: `topk(1, ${late}) / 86400`,
        verdicts: [
          { word: 'too old', colour: 'orange' },
          { word: 'far too old', colour: 'red', from: `2 * ${thresholdDays('sle', 14, WORK)}` },
        ],
      },
      {
        name: 'all are younger',
        expression: `${oldest} unless on () ${late} and on () ${listed}`,
        verdicts: [{ word: 'fine', colour: 'green' }],
      },
      // The list of what is late has no past: of a time before the exporter ran only the age is known.
      { name: 'all are younger', expression: `${oldest} unless on () ${listed}` },
    ],
    links: [detail('Flow in detail', 'bugflow-kanban-flow')],
  });
}

export function blockedTile(): Panel {
  const blocked = latest('taiga_attention_item_age_seconds', matching(PROJECT, 'reason="blocked"'));
  return tile({
    id: 6,
    title: 'Blocked',
    unit: units.Count,
    decimals: 0,
    empty: 'none',
    about: {
      means: 'Open items that are marked as blocked, and for how many days the longest has been.',
      act: 'every day that it is not 0.',
      helps:
        'name one person who asks for each of them today; put back into the backlog what cannot be unblocked.',
    },
    values: [
      {
        name: 'blocked',
        expression: `sum(${latest('taiga_items_blocked')})`,
        verdicts: [
          { word: 'none', colour: 'green' },
          { word: 'ask today', colour: 'orange', from: 1 },
          { word: 'unblock now', colour: 'red', from: 5 },
        ],
      },
      { name: 'days: #{{ref}}', expression: `topk(1, ${blocked}) / 86400` },
    ],
    links: [detail('What is forgotten', 'bugflow-hygiene')],
  });
}

export function overdueTile(): Panel {
  return tile({
    id: 7,
    title: 'Overdue',
    unit: units.Count,
    decimals: 0,
    empty: 'none',
    about: {
      means: 'Open items whose due date is over, and those due within two days (`thresholds.due_soon`).',
      act: 'when something is overdue: whoever waits for it should hear it from you.',
      helps: 'do it today, or agree on a new date; a date that nobody needs is removed.',
    },
    values: [
      {
        name: 'overdue',
        expression: `sum(${latest('taiga_items_overdue')})`,
        verdicts: [
          { word: 'none', colour: 'green' },
          { word: 'do or move', colour: 'orange', from: 1 },
          { word: 'too many', colour: 'red', from: 6 },
        ],
      },
      {
        name: 'due soon',
        expression: `sum(${latest('taiga_items_due_soon')})`,
      },
    ],
    links: [detail('What is forgotten', 'bugflow-hygiene')],
  });
}

export function alertsTile(): Panel {
  return tile({
    id: 8,
    title: 'Alerts',
    unit: units.Count,
    decimals: 0,
    empty: 'no news',
    about: {
      means: 'Alerts that are firing for this team or for the exporter itself.',
      act: 'when there is one: it was made to be exceptional.',
      helps: 'the alert names what is wrong and what to do; the Prometheus and Slack messages link to it.',
    },
    values: [
      {
        name: 'alerts',
        // None is news only where somebody looked: rules are evaluated since the exporter is scraped.
        expression: `count(${once(FIRING)}) or 0 * count(last_over_time(bugflow_build_info[1h]))`,
        verdicts: [
          { word: 'none', colour: 'green' },
          { word: 'look', colour: 'red', from: 1 },
        ],
      },
    ],
    links: [detail('What is forgotten', 'bugflow-hygiene')],
  });
}

export function dataTile(): Panel {
  const success = 'last_over_time(bugflow_collector_last_success_timestamp_seconds{collector="items"}[1d])';
  return tile({
    id: 9,
    title: 'Data',
    unit: units.Minutes,
    decimals: 0,
    empty: 'no news',
    about: {
      means: "Minutes since Taiga's database was last read for this wall.",
      act: 'when it says *old*: everything else here is as old as that.',
      helps: 'the dashboard of the exporter says whether it, its database or the network is to blame.',
    },
    values: [
      {
        name: 'data',
        expression: `(time() - max(${success})) / 60`,
        verdicts: [
          { word: 'fresh', colour: 'green' },
          { word: 'late', colour: 'yellow', from: 5 },
          { word: 'old', colour: 'red', from: 15 },
        ],
      },
    ],
    links: [detail('The exporter', 'bugflow-exporter')],
  });
}
