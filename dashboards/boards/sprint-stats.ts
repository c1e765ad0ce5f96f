import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { stat } from '../panels/stat.js';
import * as units from '../panels/units.js';
import { latest, matching, orZero, PROJECT } from '../promql/select.js';
import {
  COMMITTED_POINTS,
  DAYS_LEFT,
  IDEAL_LEFT,
  SPRINT,
  SPRINT_SHARE,
  sprintPoints,
  sprintPointsLeft,
} from '../promql/sprint.js';

/** Committed or begun: what a sprint is made of. */
const COMMITTED = 'stage=~"ready|active|waiting"';
const NO_SPRINT = 'choose a sprint';

export function pointsStat(): Panel {
  return stat({
    id: 1,
    title: 'Points left',
    unit: units.Count,
    decimals: 0,
    empty: NO_SPRINT,
    about: {
      means:
        'Story points of the sprint that are not closed, against what would be left if they were closed evenly; and the days that are left.',
      act: 'when it says *behind*: until half of the sprint a cut still helps.',
      helps: 'take something out with the product owner; have two people finish what was begun.',
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
      { name: 'days left', expression: DAYS_LEFT, decimals: 1 },
    ],
  });
}

export function promiseStat(): Panel {
  const committed = latest('taiga_sprint_commitment_points', SPRINT);
  const done = latest('taiga_sprint_commitment_points', matching(SPRINT, 'outcome="closed"'));
  return stat({
    id: 2,
    title: 'Say and do',
    unit: units.PercentUnit,
    decimals: 0,
    empty: 'nothing was committed',
    about: {
      means:
        'How much of the points that were in the sprint at the end of its first day was closed by its end; in a running sprint so far. The word compares it with the share of its time that has passed.',
      act: 'when three sprints in a row say *less than promised*: the plan is too large.',
      helps: 'plan what the last sprints really closed (velocity, below), not what is wanted.',
    },
    values: [
      {
        name: 'of the promise',
        expression: `(sum(${done}) or 0 * sum(${committed})) / (sum(${committed}) > 0)`,
        verdicts: [
          { word: 'far less than promised', colour: 'red' },
          { word: 'less than promised', colour: 'orange', from: `0.6 * scalar(${SPRINT_SHARE})` },
          { word: 'as promised', colour: 'green', from: `0.85 * scalar(${SPRINT_SHARE})` },
        ],
      },
    ],
  });
}

export function scopeStat(): Panel {
  const change = (direction: string): string =>
    orZero(
      `sum(${latest('taiga_sprint_scope_points_total', matching(SPRINT, `direction="${direction}"`))})`,
      sprintPoints(),
    );
  return stat({
    id: 3,
    title: 'Scope',
    unit: units.Count,
    decimals: 0,
    empty: NO_SPRINT,
    about: {
      means:
        'Story points that came into the sprint or left it after its first day, by a move, a new estimate, a creation or a deletion. The word goes by how much was added for each point of the commitment.',
      act: 'when more than a fifth was added: the promise then is another one.',
      helps: 'for each thing that comes in, one of its size goes out, and everybody hears of it.',
    },
    values: [
      {
        name: 'added',
        expression: change('added'),
        verdicts: [
          { word: 'steady', colour: 'green' },
          { word: 'creeping', colour: 'yellow', from: `0.1 * scalar(${COMMITTED_POINTS}) + 0.001` },
          { word: 'another sprint', colour: 'red', from: `0.2 * scalar(${COMMITTED_POINTS}) + 0.001` },
        ],
      },
      { name: 'removed', expression: change('removed') },
    ],
  });
}

export function carriedStat(): Panel {
  return stat({
    id: 4,
    title: 'Carried',
    unit: units.Count,
    decimals: 0,
    empty: NO_SPRINT,
    about: {
      means: 'User stories of this sprint that came unfinished from an earlier one.',
      act: 'when a story comes for the second time.',
      helps: 'split it; ask whether it is still wanted; begin it first this time.',
    },
    values: [
      {
        name: 'stories',
        expression: orZero(`sum(${latest('taiga_sprint_carried_over_userstories', SPRINT)})`, sprintPoints()),
        verdicts: [
          { word: 'none', colour: 'green' },
          { word: 'some', colour: 'yellow', from: 1 },
          { word: 'too many', colour: 'red', from: 4 },
        ],
      },
    ],
  });
}

export function hindranceStat(): Panel {
  return stat({
    id: 5,
    title: 'In the way',
    unit: units.Count,
    decimals: 0,
    empty: 'nothing is committed',
    about: {
      means:
        'Of the project, now: items that are blocked; user stories and tasks that are committed or begun and have no assignee; committed user stories without points.',
      act: 'on the first day for what has no points, every day for what is blocked.',
      helps: 'one name for each blocked item; estimate before committing.',
    },
    values: [
      {
        name: 'blocked',
        expression: `sum(${latest('taiga_items_blocked', matching(PROJECT, 'kind!="epic"'))})`,
        verdicts: [
          { word: 'none', colour: 'green' },
          { word: 'ask today', colour: 'orange', from: 1 },
        ],
      },
      {
        name: 'without assignee',
        expression: `sum(${latest('taiga_items_unassigned', matching(PROJECT, 'kind=~"userstory|task"', COMMITTED))})`,
      },
      {
        name: 'without points',
        expression: `sum(${latest('taiga_userstories_unestimated', matching(PROJECT, COMMITTED))})`,
      },
    ],
  });
}

export function tasksStat(): Panel {
  const tasks = (closed: boolean): string =>
    `sum(${latest('taiga_sprint_tasks', matching(SPRINT, `closed="${closed}"`))})`;
  return stat({
    id: 6,
    title: 'Tasks',
    unit: units.Count,
    decimals: 0,
    empty: 'this sprint has no tasks',
    about: {
      means: 'Tasks of the sprint that are open and closed now, those without a user story, too.',
      act: 'when points stand still while tasks are closed: many stories are almost done and none is.',
      helps: 'finish all tasks of one story before those of the next.',
    },
    values: [
      { name: 'open', expression: tasks(false) },
      { name: 'closed', expression: tasks(true) },
    ],
  });
}
