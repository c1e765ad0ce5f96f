import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { board } from '../board.js';
import { otherDashboards } from '../links.js';
import { wholeReport } from '../reports.js';
import { datasource, exporter, oneProject, sprintPeriod, sprints } from '../variables.js';
import { burndownChart, burnUpChart, scopeChart } from './sprint-charts.js';
import { outcomes, sprintTable, velocityChart, velocityStat } from './sprint-history.js';
import { carriedStat, hindranceStat, pointsStat, promiseStat, scopeStat, tasksStat } from './sprint-stats.js';

/** One project and one sprint: the sum of several teams' burndowns would be nobody's. */
export function sprint(): Dashboard {
  return board({
    uid: 'bugflow-sprint',
    title: 'Sprint',
    description: 'Will we finish what we promised, and if not, what do we take out?',
    from: 'now-90d',
    links: [otherDashboards(), wholeReport('The sprint', 'sprint')],
    variables: [datasource(), oneProject(), sprints(), ...sprintPeriod(), exporter()],
    sections: [
      {
        rows: [
          {
            height: 5,
            panels: [
              [pointsStat(), 4],
              [promiseStat(), 4],
              [scopeStat(), 4],
              [carriedStat(), 4],
              [hindranceStat(), 4],
              [tasksStat(), 4],
            ],
          },
          {
            height: 12,
            panels: [
              [burndownChart(), 12],
              [burnUpChart(), 12],
            ],
          },
          {
            height: 8,
            panels: [
              [scopeChart(), 12],
              [outcomes(), 12],
            ],
          },
        ],
      },
      {
        title: 'The sprints before',
        rows: [
          {
            height: 9,
            panels: [
              [velocityStat(), 6],
              [velocityChart(), 18],
            ],
          },
          { height: 10, panels: [[sprintTable(), 24]] },
        ],
      },
    ],
  }).build();
}
