import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { board } from '../board.js';
import { otherDashboards } from '../links.js';
import { wholeReport } from '../reports.js';
import { bugTypes, datasource, exporter, projects } from '../variables.js';
import { ageBands, openBy, worstIssues } from './bug-backlog.js';
import { inAndOut, inflowLimits, openOverTime } from './bug-inflow.js';
import { firstResponse, leadTimeBySeverity, leadTimes, reopenRate, triageByAge } from './bug-speed.js';
import { leadTimeStat, netStat, openBugsStat, reopenStat, responseStat, triageStat } from './bug-stats.js';

export function bugFlow(): Dashboard {
  return board({
    uid: 'bugflow-bug-flow',
    title: 'Bug flow',
    description: 'Do we take bugs away as fast as they come, and which ones need somebody now?',
    from: 'now-90d',
    links: [otherDashboards(), wholeReport('Bugs', 'bugs')],
    variables: [datasource(), projects(), bugTypes(), exporter()],
    sections: [
      {
        rows: [
          {
            height: 5,
            panels: [
              [openBugsStat(), 4],
              [netStat(), 4],
              [leadTimeStat(), 4],
              [reopenStat(), 4],
              [responseStat(), 4],
              [triageStat(), 4],
            ],
          },
        ],
      },
      {
        title: 'In and out',
        rows: [
          {
            height: 9,
            panels: [
              [inflowLimits(), 12],
              [inAndOut(), 12],
            ],
          },
          { height: 8, panels: [[openOverTime(), 24]] },
        ],
      },
      {
        title: 'What is open',
        rows: [
          {
            height: 8,
            panels: [
              [openBy(20, 'severity'), 8],
              [openBy(21, 'priority'), 8],
              [openBy(22, 'issue_type'), 8],
            ],
          },
          {
            height: 8,
            panels: [
              [ageBands(), 8],
              [worstIssues(), 16],
            ],
          },
        ],
      },
      {
        title: 'How long it takes',
        rows: [
          {
            height: 8,
            panels: [
              [leadTimes(), 12],
              [leadTimeBySeverity(), 12],
            ],
          },
          {
            height: 8,
            panels: [
              [firstResponse(), 8],
              [reopenRate(), 8],
              [triageByAge(), 8],
            ],
          },
        ],
      },
    ],
  }).build();
}
