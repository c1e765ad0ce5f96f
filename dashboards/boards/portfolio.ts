import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { board } from '../board.js';
import { otherDashboards } from '../links.js';
import { wholeReport } from '../reports.js';
import { datasource, exporter, projects } from '../variables.js';
import { epicsTable } from './epics.js';
import { closedByProject, openByProject, projectTable } from './projects.js';

export function portfolio(): Dashboard {
  return board({
    uid: 'bugflow-portfolio',
    title: 'Portfolio',
    description: 'Which project needs help, and how far are the epics?',
    from: 'now-90d',
    links: [otherDashboards(), wholeReport('Portfolio', 'portfolio')],
    variables: [datasource(), projects(), exporter()],
    sections: [
      { rows: [{ height: 9, panels: [[projectTable(), 24]] }] },
      {
        rows: [
          {
            height: 9,
            panels: [
              [openByProject(), 12],
              [closedByProject(), 12],
            ],
          },
          { height: 12, panels: [[epicsTable(), 24]] },
        ],
      },
    ],
  }).build();
}
