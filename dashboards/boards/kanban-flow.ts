import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { board } from '../board.js';
import { otherDashboards } from '../links.js';
import { wholeReport } from '../reports.js';
import { datasource, exporter, kinds, projects } from '../variables.js';
import { ageingTable, wipByStatus, wipTable } from './flow-board.js';
import { arrivals, cumulativeFlow, pointsPerWeek, throughput, transitions } from './flow-counts.js';
import { attainment, cycleHeatmap, cycleTimes, efficiency, timeInStatus } from './flow-speed.js';
import {
  attainmentStat,
  cycleTimeStat,
  efficiencyStat,
  netFlowStat,
  throughputStat,
  wipStat,
} from './flow-stats.js';

export function kanbanFlow(): Dashboard {
  return board({
    uid: 'bugflow-kanban-flow',
    title: 'Kanban flow',
    description: 'Does work flow, and where does it stand and wait?',
    from: 'now-90d',
    links: [otherDashboards(), wholeReport('Flow', 'flow')],
    variables: [datasource(), projects(), kinds(), exporter()],
    sections: [
      {
        rows: [
          {
            height: 5,
            panels: [
              [wipStat(), 4],
              [throughputStat(), 4],
              [netFlowStat(), 4],
              [cycleTimeStat(), 4],
              [attainmentStat(), 4],
              [efficiencyStat(), 4],
            ],
          },
          { height: 11, panels: [[cumulativeFlow(), 24]] },
        ],
      },
      {
        title: 'What is in progress',
        rows: [
          {
            height: 9,
            panels: [
              [wipTable(), 12],
              [wipByStatus(), 12],
            ],
          },
          { height: 9, panels: [[ageingTable(), 24]] },
        ],
      },
      {
        title: 'How long it takes',
        rows: [
          {
            height: 10,
            panels: [
              [cycleHeatmap(), 12],
              [cycleTimes(), 12],
            ],
          },
          {
            height: 9,
            panels: [
              [timeInStatus(), 12],
              [attainment(), 6],
              [efficiency(), 6],
            ],
          },
        ],
      },
      {
        title: 'How much gets done',
        rows: [
          {
            height: 9,
            panels: [
              [throughput(), 12],
              [arrivals(), 12],
            ],
          },
          {
            height: 10,
            panels: [
              [transitions(), 12],
              [pointsPerWeek(), 12],
            ],
          },
        ],
      },
    ],
  }).build();
}
