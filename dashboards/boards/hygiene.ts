import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { board } from '../board.js';
import { otherDashboards } from '../links.js';
import { attentionTable } from '../panels/attention.js';
import { wholeReport } from '../reports.js';
import { datasource, exporter, projects } from '../variables.js';
import { loadTable, qualityTable } from './hygiene-tables.js';
import { neglectOverTime } from './neglect-trend.js';
import { hygieneStat, NEGLECTS } from './neglects.js';

export function hygiene(): Dashboard {
  return board({
    uid: 'bugflow-hygiene',
    title: 'Hygiene',
    description: 'What did we forget, and who has too much on the table?',
    from: 'now-30d',
    links: [otherDashboards(), wholeReport('Hygiene', 'hygiene')],
    variables: [datasource(), projects(), exporter()],
    sections: [
      {
        rows: [
          { height: 4, panels: NEGLECTS.slice(0, 4).map((each, i) => [hygieneStat(1 + i, each), 6]) },
          { height: 4, panels: NEGLECTS.slice(4).map((each, i) => [hygieneStat(5 + i, each), 6]) },
          {
            height: 13,
            panels: [
              [
                attentionTable({
                  id: 10,
                  title: 'What needs somebody now',
                  matchers: '',
                  empty: 'nothing is overdue, blocked, forgotten or untriaged',
                  about: {
                    means:
                      'The worst items of each project and reason, the oldest first: how many days it has been so. One item can be there for several reasons.',
                    act: 'on the first five in each weekly meeting.',
                    helps:
                      'give each a person and a date, or close it: an item that nobody misses is not needed.',
                  },
                }),
                24,
              ],
            ],
          },
          {
            height: 10,
            panels: [
              [loadTable(), 12],
              [neglectOverTime(), 12],
            ],
          },
          { height: 9, panels: [[qualityTable(), 24]] },
        ],
      },
    ],
  }).build();
}
