import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { latest } from '../promql/select.js';

export function neglectOverTime(): Panel {
  return trend({
    id: 12,
    title: 'Forgotten, overdue and blocked over time',
    unit: units.Count,
    decimals: 0,
    step: '1h',
    counts: true,
    empty: 'there are no items',
    about: {
      means: 'Open items that were forgotten, overdue and blocked at each moment.',
      act: 'when a line climbs for two weeks.',
      helps: 'ten minutes a week on the table above.',
    },
    series: [
      { expression: `sum(${latest('taiga_items_stale')})`, legend: 'forgotten', colour: 'purple' },
      {
        expression: `sum(${latest('taiga_items_overdue')})`,
        legend: 'overdue',
        colour: 'red',
        style: 'dashed',
      },
      { expression: `sum(${latest('taiga_items_blocked')})`, legend: 'blocked', colour: 'orange', width: 3 },
    ],
  });
}
