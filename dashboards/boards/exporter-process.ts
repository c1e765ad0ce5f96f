import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { own } from '../promql/service.js';

const SILENT = 'the exporter says nothing';

export function replicas(): Panel {
  return trend({
    id: 20,
    title: 'Replication lag',
    unit: units.Seconds,
    step: '1m',
    empty: 'no replica is used',
    about: {
      means:
        'How old what each replica shows may be. The exporter reads the first server of `database.hosts` that answers and is not too far behind.',
      act: 'when it passes `database.max_replica_lag` (5 min): the exporter leaves that replica.',
      helps: 'long queries on the replica, or a full disk of the primary.',
    },
    series: [
      {
        expression: `max by (server) (${own('bugflow_database_replication_lag_seconds')})`,
        legend: '{{server}}',
      },
    ],
  });
}

export function scrapes(): Panel {
  return trend({
    id: 21,
    title: 'Time of a scrape',
    unit: units.Seconds,
    step: '1m',
    empty: 'no exporter is scraped',
    about: {
      means: 'How long Prometheus waited for the metrics. It does not wait for the database: they are ready.',
      act: 'when it comes near the scrape timeout (10 s).',
      helps: 'fewer series, or a nearer Prometheus; see the processor below.',
    },
    series: [
      {
        expression: `max by (instance) (${own('scrape_duration_seconds')} and on (instance, job) ${own('bugflow_build_info')})`,
        legend: '{{instance}}',
      },
    ],
  });
}

export function processor(): Panel {
  return trend({
    id: 22,
    title: 'Processor',
    unit: units.PercentUnit,
    step: '1m',
    empty: SILENT,
    about: {
      means: 'Share of one processor that the exporter uses.',
      act: 'when it stays above 50 %.',
      helps: 'longer schedules; the first minutes after a start read all of history and may take much.',
    },
    series: [
      {
        expression: `sum by (instance) (rate(${own('process_cpu_seconds_total')}[$__rate_interval]) and on (instance, job) ${own('bugflow_build_info')})`,
        legend: '{{instance}}',
      },
    ],
  });
}

export function memory(): Panel {
  return trend({
    id: 23,
    title: 'Memory',
    unit: units.BytesIEC,
    decimals: 0,
    step: '1m',
    empty: SILENT,
    about: {
      means: 'Memory that the exporter occupies (resident), and what its JavaScript heap uses of it.',
      act: 'when it climbs for days without a fall.',
      helps: 'fewer series; a report to the project, with this picture, if it still climbs.',
    },
    series: [
      {
        expression: `max by (instance) (${own('process_resident_memory_bytes')} and on (instance, job) ${own('bugflow_build_info')})`,
        legend: 'resident {{instance}}',
      },
      {
        expression: `max by (instance) (${own('nodejs_heap_size_used_bytes')} and on (instance, job) ${own('bugflow_build_info')})`,
        legend: 'heap {{instance}}',
        style: 'dashed',
      },
    ],
  });
}

export function eventLoop(): Panel {
  return trend({
    id: 24,
    title: 'Event loop lag, 99 of 100',
    unit: units.Seconds,
    step: '1m',
    empty: SILENT,
    about: {
      means:
        'How late the process does what is due, at most in 99 of 100 cases: what a scrape or a health check may have to wait.',
      act: 'when it passes a second.',
      helps: 'more processor for the container, or fewer series.',
    },
    series: [
      {
        expression: `max by (instance) (${own('nodejs_eventloop_lag_p99_seconds')} and on (instance, job) ${own('bugflow_build_info')})`,
        legend: '{{instance}}',
      },
    ],
  });
}
