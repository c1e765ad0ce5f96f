import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { heatMap } from '../panels/heat-map.js';
import { table } from '../panels/table.js';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { mean, percentile } from '../promql/durations.js';
import { CHOSEN, cycleDays, flowEfficiency, withinSle } from '../promql/flow.js';
import { grown, WEEKLY_STEP, weekly } from '../promql/growth.js';
import { latest, matching, PROJECT } from '../promql/select.js';
import { KIND } from '../promql/work.js';
import { WINDOW_DAYS } from './bug-stats.js';

export function cycleHeatmap(): Panel {
  return heatMap({
    id: 30,
    title: 'Cycle time of what was closed each week',
    unit: units.Count,
    boundsUnit: units.Seconds,
    step: WEEKLY_STEP,
    empty: 'nothing was closed',
    about: {
      means:
        'Each column is a week from Monday, each row a cycle time from begun to closed; the colour says how many items were closed after so long (scale below).',
      act: 'when the upper rows fill: old things are being finished (good, once), or all becomes slow.',
      helps: 'compare with the age of what is in progress now: it will be here soon.',
    },
    buckets: weekly({ metric: 'taiga_cycle_time_seconds_bucket', matchers: CHOSEN, by: ['le'] }),
  });
}

export function cycleTimes(): Panel {
  const sle = latest('bugflow_threshold', matching(PROJECT, 'name="sle"', KIND));
  return trend({
    id: 31,
    title: 'Cycle time against the service level',
    unit: units.Days,
    decimals: 1,
    step: '1d',
    empty: 'nothing was closed',
    about: {
      means:
        'In so many days 50, 85 and 95 of 100 items were closed once they were begun, of those closed in the eight weeks before each moment; dashed: the service level that the team expects (`thresholds.sle`).',
      act: 'when the middle line crosses the dashed one.',
      helps: 'less in progress at once; split what is large.',
    },
    series: [
      { expression: cycleDays(0.95, WINDOW_DAYS), legend: '95 of 100', colour: 'red' },
      { expression: cycleDays(0.85, WINDOW_DAYS), legend: '85 of 100', colour: 'orange', width: 3 },
      { expression: cycleDays(0.5, WINDOW_DAYS), legend: 'half', colour: 'green' },
      { expression: `max(${sle}) / 86400`, legend: 'service level', colour: 'text', style: 'dashed' },
    ],
  });
}

export function timeInStatus(): Panel {
  const stays = {
    histogram: 'taiga_status_duration_seconds',
    matchers: matching(CHOSEN, 'stage=~"ready|active|waiting"'),
    by: ['status', 'stage'],
  };
  return table({
    id: 32,
    title: 'Time in each column, 90 days',
    unit: units.Days,
    decimals: 1,
    empty: 'nothing moved in 90 days',
    about: {
      means:
        'How long items stayed in a column, of the stays that ended in the last 90 days: the mean, half of them, 85 of 100, and how many stays there were. The name is the one of that moment.',
      act: 'when a waiting column takes longer than the active ones.',
      helps: 'a limit on that column, or a rule who empties it first thing in the morning.',
    },
    queries: {
      A: `${mean(stays, 90)} / 86400`,
      B: `(${percentile(0.5, stays, 90)} > 0) / 86400`,
      C: `(${percentile(0.85, stays, 90)} > 0) / 86400`,
      D: `${grown({ metric: 'taiga_status_duration_seconds_count', matchers: stays.matchers, by: stays.by }, 90)} > 0`,
    },
    sortBy: { title: 'Mean', descending: true },
    columns: [
      { of: 'status', title: 'Column' },
      { of: 'stage', title: 'Stage', width: 90 },
      { of: 'A', title: 'Mean', unit: units.Days, decimals: 1, width: 90 },
      { of: 'B', title: 'Half', unit: units.Days, decimals: 1, width: 90 },
      { of: 'C', title: '85 of 100', unit: units.Days, decimals: 1, width: 90 },
      { of: 'D', title: 'Stays', unit: units.Count, decimals: 0, width: 70 },
    ],
  });
}

export function attainment(): Panel {
  return trend({
    id: 33,
    title: 'Service level kept',
    unit: units.PercentUnit,
    step: '1d',
    max: 1,
    empty: 'nothing was closed',
    about: {
      means:
        'The share of the closed items whose cycle time was within the service level, of those closed in the eight weeks before each moment.',
      act: 'when it falls below 85 %.',
      helps: 'talk about the oldest item first in each daily meeting.',
    },
    levels: [
      { from: null, colour: 'red', word: 'too rarely' },
      { from: 0.7, colour: 'yellow', word: 'shaky' },
      { from: 0.85, colour: 'green', word: 'reliable' },
    ],
    series: [{ expression: withinSle(WINDOW_DAYS), legend: 'kept', colour: 'blue', width: 3 }],
  });
}

export function efficiency(): Panel {
  return trend({
    id: 34,
    title: 'Flow efficiency',
    unit: units.PercentUnit,
    step: '1d',
    max: 1,
    empty: 'nothing moved',
    about: {
      means:
        'Of the time that items spent in progress, the share in which they did not wait; stays that ended in the eight weeks before each moment.',
      act: 'when it falls below 40 %.',
      helps: 'shorten the longest waiting column of the table beside.',
    },
    levels: [
      { from: null, colour: 'red', word: 'mostly waiting' },
      { from: 0.4, colour: 'yellow', word: 'waits a lot' },
      { from: 0.6, colour: 'green', word: 'flows' },
    ],
    series: [{ expression: flowEfficiency(WINDOW_DAYS), legend: 'worked on', colour: 'blue', width: 3 }],
  });
}
