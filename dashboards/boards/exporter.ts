import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alertAnnotations } from '../annotations.js';
import { board } from '../board.js';
import { datasource, exporter as exporterUrl, instances } from '../variables.js';
import { collectorTable, durations, failures, freshness, seriesOverTime } from './exporter-collectors.js';
import { eventLoop, memory, processor, replicas, scrapes } from './exporter-process.js';
import {
  collectorsStat,
  configurationStat,
  databaseStat,
  historyStat,
  tunnelStat,
  upStat,
} from './exporter-stats.js';

export function exporter(): Dashboard {
  return board({
    uid: 'bugflow-exporter',
    title: 'Exporter',
    description: 'Can the other dashboards be believed, and if not, what is broken?',
    from: 'now-24h',
    refresh: '1m',
    variables: [datasource(), instances(), exporterUrl()],
    annotations: alertAnnotations(),
    sections: [
      {
        rows: [
          {
            height: 5,
            panels: [
              [upStat(), 4],
              [databaseStat(), 4],
              [tunnelStat(), 4],
              [collectorsStat(), 4],
              [configurationStat(), 4],
              [historyStat(), 4],
            ],
          },
          { height: 12, panels: [[collectorTable(), 24]] },
          {
            height: 8,
            panels: [
              [freshness(), 12],
              [failures(), 12],
            ],
          },
          {
            height: 8,
            panels: [
              [durations(), 12],
              [seriesOverTime(), 12],
            ],
          },
        ],
      },
      {
        title: 'Database, network and process',
        rows: [
          {
            height: 8,
            panels: [
              [replicas(), 12],
              [scrapes(), 12],
            ],
          },
          {
            height: 8,
            panels: [
              [processor(), 8],
              [memory(), 8],
              [eventLoop(), 8],
            ],
          },
        ],
      },
    ],
  }).build();
}
