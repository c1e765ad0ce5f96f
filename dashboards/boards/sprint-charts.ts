import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { sprintChart } from '../panels/sprint-chart.js';
import * as units from '../panels/units.js';
import { latest, matching, orZero } from '../promql/select.js';
import { SPRINT, sprintPoints, sprintPointsDone, sprintPointsLeft } from '../promql/sprint.js';
import { AHEAD, IDEAL_LINE, soFar } from '../promql/sprint-days.js';

const EMPTY = 'choose a sprint of the last year';

export function burndownChart(): Panel {
  return sprintChart({
    id: 10,
    title: 'Burndown',
    unit: units.Count,
    empty: EMPTY,
    about: {
      means:
        'Story points that were not closed at each moment of the sprint, on the scope as it was then (Taiga itself draws the scope of today into the past); dashed: an even way from the commitment to nothing.',
      act: 'when the line stays above the dashed one for two days, or rises.',
      helps:
        'finish stories one after the other; a flat line with much in progress means that nothing is closed.',
    },
    lines: [
      { expression: IDEAL_LINE, legend: 'ideal', colour: 'text', style: 'dashed', width: 2 },
      {
        expression: soFar(sprintPointsLeft(AHEAD)),
        legend: 'points left',
        colour: 'blue',
        style: 'area',
        steps: true,
      },
    ],
  });
}

export function burnUpChart(): Panel {
  return sprintChart({
    id: 11,
    title: 'Burn-up and scope',
    unit: units.Count,
    empty: EMPTY,
    about: {
      means: 'Story points closed and in the sprint at each moment: it is done where the lines meet.',
      act: 'when the upper line rises as fast as the lower one: the team runs and the goal runs away.',
      helps: 'agree that what comes in has to push something out.',
    },
    lines: [
      { expression: soFar(sprintPoints(AHEAD)), legend: 'scope', colour: 'orange', steps: true },
      {
        expression: soFar(sprintPointsDone(AHEAD)),
        legend: 'closed',
        colour: 'green',
        style: 'area',
        steps: true,
      },
    ],
  });
}

export function scopeChart(): Panel {
  const change = (direction: string): string =>
    orZero(
      `sum(${latest('taiga_sprint_scope_points_total', matching(SPRINT, `direction="${direction}"`), AHEAD)})`,
      sprintPoints(AHEAD),
    );
  return sprintChart({
    id: 12,
    title: 'Scope added and removed since the first day',
    unit: units.Count,
    empty: EMPTY,
    about: {
      means:
        'Story points that had come into the sprint (added) or left it (removed) after its first day, at each moment.',
      act: 'when the added line climbs in the second half.',
      helps: 'see who brought it: what cannot wait two weeks needs a lane of its own, not a sprint.',
    },
    lines: [
      { expression: soFar(change('added')), legend: 'added', colour: 'orange', steps: true },
      {
        expression: soFar(change('removed')),
        legend: 'removed',
        colour: 'purple',
        style: 'dashed',
        steps: true,
      },
    ],
  });
}
