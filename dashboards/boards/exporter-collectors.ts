import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { table } from '../panels/table.js';
import { textOf } from '../panels/texts.js';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { own } from '../promql/service.js';

const BY = '(collector, instance)';
const FAILURES = own('bugflow_collector_runs_total', 'result="failure"');

/** An exporter that restarts counts its runs anew: this is what increase() is for. */
function failed(window: string): string {
  return `sum by (collector) (increase(${FAILURES}[${window}]))`;
}

export function collectorTable(): Panel {
  const max = (metric: string): string => `max by ${BY} (${own(metric)})`;
  return table({
    id: 10,
    title: 'Collectors',
    unit: units.Seconds,
    empty: 'the exporter says nothing',
    about: {
      means:
        'Each collector: whether its values are served, how long ago it last succeeded, how long its last run took and how long it kept a database connection, its failures since the exporter started, and its series.',
      act: 'when one is down, or its age grows beyond its schedule.',
      helps:
        'its page on the exporter (click its name) shows the error; slow ones need an index, a longer schedule or a longer timeout.',
    },
    queries: {
      A: max('bugflow_collector_up'),
      B: `time() - ${max('bugflow_collector_last_success_timestamp_seconds')}`,
      C: max('bugflow_collector_duration_seconds'),
      D: max('bugflow_collector_database_seconds'),
      E: `sum by ${BY} (increase(${FAILURES}[$__rate_interval])) > 0`,
      F: max('bugflow_collector_series'),
    },
    sortBy: { title: 'Collector' },
    columns: [
      {
        of: 'A',
        title: 'State',
        width: 80,
        mappings: [textOf({ 0: 'down', 1: 'up' })],
        levels: [
          { from: null, colour: 'red', word: 'down' },
          { from: 1, colour: 'green', word: 'up' },
        ],
      },
      {
        of: 'collector',
        title: 'Collector',
        link: { title: 'Its page on the exporter', url: `\${exporter}/collectors#\${__value.raw}` },
      },
      { of: 'B', title: 'Last success before', unit: units.Seconds, decimals: 0 },
      { of: 'C', title: 'Run', unit: units.Seconds, decimals: 2 },
      { of: 'D', title: 'In the database', unit: units.Seconds, decimals: 2 },
      { of: 'E', title: 'Failing now', unit: units.Count, decimals: 0 },
      { of: 'F', title: 'Series', unit: units.Count, decimals: 0 },
      { of: 'instance', title: 'Exporter' },
    ],
  });
}

export function freshness(): Panel {
  const age = `time() - ${own('bugflow_collector_last_success_timestamp_seconds')}`;
  return trend({
    id: 11,
    title: 'Oldest values',
    unit: units.Seconds,
    step: '1m',
    empty: 'the exporter says nothing',
    about: {
      means:
        'How long ago the five collectors that were behind most had succeeded, at each moment. Those of the night (data_quality) rise for a day.',
      act: 'when one that runs each minute passes 15 minutes: its values vanish then.',
      helps: 'see its failures beside; a slow database shows in all at once.',
    },
    series: [{ expression: `topk(5, max by (collector) (${age}))`, legend: '{{collector}}' }],
  });
}

export function failures(): Panel {
  return trend({
    id: 12,
    title: 'Failed runs',
    unit: units.Count,
    decimals: 0,
    step: '5m',
    empty: 'no run failed',
    about: {
      means:
        'Runs that failed, about each moment, by collector; skipped ones, which were still running when they were due, are not failures.',
      act: 'when failures do not end by themselves after a database restart.',
      helps: "the exporter's log and the collector's page name the error.",
    },
    series: [{ expression: `${failed('$__rate_interval')} > 0`, legend: '{{collector}}', style: 'bars' }],
  });
}

export function durations(): Panel {
  return trend({
    id: 13,
    title: 'Slowest runs',
    unit: units.Seconds,
    step: '1m',
    empty: 'the exporter says nothing',
    about: {
      means:
        'How long the last run of the five slowest collectors took, with waiting for a connection. The first run after a start reads all of history.',
      act: 'when one comes near its timeout (10 s unless it says otherwise).',
      helps: 'a longer schedule in `overrides`, or a replica for the exporter.',
    },
    series: [
      {
        expression: `topk(5, max by (collector) (${own('bugflow_collector_duration_seconds')}))`,
        legend: '{{collector}}',
      },
    ],
  });
}

export function seriesOverTime(): Panel {
  return trend({
    id: 14,
    title: 'Series',
    unit: units.Count,
    decimals: 0,
    step: '5m',
    stacked: true,
    empty: 'the exporter says nothing',
    about: {
      means: 'Series that each collector exposes; what Prometheus has to keep.',
      act: 'when it doubles within a day: a label has too many values.',
      helps: 'switch off what nobody looks at (`overrides`), or people and subjects (`labels`).',
    },
    series: [
      {
        expression: `max by (collector) (${own('bugflow_collector_series')})`,
        legend: '{{collector}}',
      },
    ],
  });
}
