import { type Dashboard, TimePickerBuilder, VariableHide } from '@grafana/grafana-foundation-sdk/dashboard';
import { wallAnnotations } from '../annotations.js';
import { board } from '../board.js';
import { WALL_TAG } from '../links.js';
import { heading } from '../panels/heading.js';
import {
  bugTypes,
  constant,
  currentSprint,
  datasource,
  exporter,
  projectName,
  sprintPeriod,
} from '../variables.js';
import { bugsGraph, burndown, weeksGraph } from './wall-graphs.js';
import {
  alertsTile,
  blockedTile,
  bugsTile,
  closedTile,
  dataTile,
  oldestTile,
  overdueTile,
  sprintTile,
  wipTile,
} from './wall-tiles.js';

/**
 * The wall: a television in kiosk mode at 1920×1080, read from 4 m. Nothing to choose, nothing to scroll.
 *
 * How a team's own wall is made of it (`taiga-bugflow grafana` does): the project stands in one place only, the variable
 * `project`. A copy gets its own `uid` and `title`, and in that variable `query`, `current.text` and `current.value`
 * become the project's slug. Here they are `.+`: all projects together.
 */
export function teamWall(): Dashboard {
  return board({
    uid: 'bugflow-team-wall',
    title: 'Team wall',
    description: 'How are we doing, and what needs us today?',
    from: 'now-90d',
    tags: [WALL_TAG],
    refresh: '1m',
    links: [],
    annotations: wallAnnotations(),
    variables: [
      datasource(VariableHide.HideVariable),
      constant('project', '.+'),
      projectName(),
      bugTypes(VariableHide.HideVariable),
      currentSprint(),
      ...sprintPeriod(),
      exporter(),
    ],
    sections: [
      {
        rows: [
          {
            height: 2,
            panels: [[heading({ id: 13, text: `\${project_name}`, aside: `\${sprint:text}` }), 24]],
          },
          {
            height: 7,
            panels: [
              [sprintTile(), 8],
              [bugsTile(), 8],
              [closedTile(), 8],
            ],
          },
          {
            height: 11,
            panels: [
              [burndown(), 8],
              [bugsGraph(), 8],
              [weeksGraph(), 8],
            ],
          },
          {
            height: 7,
            panels: [
              [wipTile(), 5],
              [oldestTile(), 5],
              [blockedTile(), 4],
              [overdueTile(), 4],
              [alertsTile(), 3],
              [dataTile(), 3],
            ],
          },
        ],
      },
    ],
  })
    .timepicker(new TimePickerBuilder().hidden(true))
    .build();
}
