import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { table } from '../panels/table.js';
import { textOf } from '../panels/texts.js';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { percentile, percentileNow } from '../promql/durations.js';
import { CHOSEN } from '../promql/flow.js';
import { latest, matching, withProjectName } from '../promql/select.js';
import { WIP } from '../promql/work.js';

const CELL = ['project', 'status', 'swimlane'];
const STAGES = { ready: 'ready', active: 'active', waiting: 'waiting' };

export function wipTable(): Panel {
  const by = `(${CELL.join(', ')})`;
  const items = `sum by ${by} (${latest('taiga_wip_items')})`;
  const limit = `sum by ${by} (${latest('taiga_wip_limit')})`;
  return table({
    id: 20,
    title: 'Columns against their limits',
    unit: units.Count,
    decimals: 0,
    empty: 'no board has columns in progress',
    about: {
      means:
        'User stories in each column (and swimlane) that holds work in progress or has a limit. Taiga shows a limit and does not enforce it, and keeps no trace of what it was: it is known only of times at which the exporter ran.',
      act: 'when a column is over its limit: nothing more is pulled into it.',
      helps:
        'whoever is free helps the fullest column; a limit that is always broken is wrong or needs keeping.',
    },
    queries: {
      A: withProjectName(items),
      B: withProjectName(limit),
      C: withProjectName(`${items} / ${limit}`),
    },
    sortBy: { title: 'Full', descending: true },
    columns: [
      { of: 'status', title: 'Column' },
      { of: 'swimlane', title: 'Swimlane' },
      { of: 'project_name', title: 'Project' },
      { of: 'A', title: 'Stories', decimals: 0, width: 80 },
      { of: 'B', title: 'Limit', decimals: 0, width: 70 },
      {
        of: 'C',
        title: 'Full',
        unit: units.PercentUnit,
        decimals: 0,
        width: 160,
        gaugeTo: 1.5,
        levels: [
          { from: null, colour: 'green', word: 'room' },
          { from: 1, colour: 'yellow', word: 'full' },
          { from: 1.001, colour: 'red', word: 'over its limit' },
        ],
      },
    ],
  });
}

export function wipByStatus(): Panel {
  return trend({
    id: 21,
    title: 'In progress by column',
    unit: units.Count,
    decimals: 0,
    step: '6h',
    stacked: true,
    counts: true,
    empty: 'nothing was in progress',
    about: {
      means: 'Items in active and waiting columns at each moment.',
      act: 'when one column swells while the next one stays thin: that is where work stands.',
      helps: 'move people to the swollen column until it is thin again.',
    },
    series: [
      {
        expression: `sum by (status) (${latest('taiga_items', matching(CHOSEN, WIP))})`,
        legend: '{{status}}',
      },
    ],
  });
}

export function ageingTable(): Panel {
  const by = ['status', 'stage'];
  const now = { histogram: 'taiga_status_age_seconds', matchers: CHOSEN, by };
  const pace = {
    histogram: 'taiga_status_duration_seconds',
    matchers: matching(CHOSEN, 'stage=~"ready|active|waiting"'),
    by,
  };
  const days = (expression: string): string => `${expression} / 86400`;
  // Of nothing there is no percentile.
  const pace85 = `(${percentile(0.85, pace, 90)} > 0)`;
  const now85 = `(${percentileNow(0.85, now)} > 0)`;
  return table({
    id: 22,
    title: 'Age of what stands in each column, against the usual pace',
    unit: units.Days,
    decimals: 1,
    empty: 'nothing stands in a column',
    about: {
      means:
        'For each column: how many items stand in it now, how long half of them and 85 of 100 have stood there at most; and how long those stayed that left it in the last 90 days. Last: the age now as a share of the usual stay (both for 85 of 100).',
      act: 'when the last column is over 100 %: what stands there is older than what usually has left long ago.',
      helps: 'take the oldest of that column first, today; ask what it waits for.',
    },
    queries: {
      A: `sum by (status, stage) (${latest('taiga_status_age_seconds_count', CHOSEN)}) > 0`,
      B: days(`(${percentileNow(0.5, now)} > 0)`),
      C: days(now85),
      D: days(`(${percentile(0.5, pace, 90)} > 0)`),
      E: days(pace85),
      F: `${now85} / ${pace85}`,
    },
    sortBy: { title: 'Against the pace', descending: true },
    columns: [
      { of: 'status', title: 'Column' },
      { of: 'stage', title: 'Stage', mappings: [textOf(STAGES)] },
      { of: 'A', title: 'Items now', unit: units.Count, decimals: 0 },
      { of: 'B', title: 'Half now', unit: units.Days, decimals: 1 },
      { of: 'C', title: '85 of 100 now', unit: units.Days, decimals: 1 },
      { of: 'D', title: 'Half, usually', unit: units.Days, decimals: 1 },
      { of: 'E', title: '85 of 100, usually', unit: units.Days, decimals: 1 },
      {
        of: 'F',
        title: 'Against the pace',
        unit: units.PercentUnit,
        gaugeTo: 3,
        levels: [
          { from: null, colour: 'green', word: 'at the usual pace' },
          { from: 1, colour: 'orange', word: 'slower than usual' },
          { from: 2, colour: 'red', word: 'stuck' },
        ],
      },
    ],
  });
}
