import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { stat } from '../panels/stat.js';
import * as units from '../panels/units.js';
import { compared } from '../promql/compared.js';
import { CHOSEN, CLOSED, cycleDays, flowEfficiency, STARTED, withinSle } from '../promql/flow.js';
import { grown } from '../promql/growth.js';
import { latest, matching } from '../promql/select.js';
import { KIND, thresholdDays, WIP } from '../promql/work.js';

export function wipStat(): Panel {
  const wip = (offset = ''): string => `sum(${latest('taiga_items', matching(CHOSEN, WIP), offset)})`;
  return stat({
    id: 1,
    title: 'In progress',
    unit: units.Count,
    decimals: 0,
    empty: 'nothing is in progress',
    about: {
      means: 'Items that were begun and are neither done nor discarded, compared with four weeks ago.',
      act: 'when it says *more*: everything then takes longer.',
      helps: 'finish before starting; put back what nobody works on.',
    },
    values: [
      {
        name: 'items',
        expression: wip(),
        verdicts: compared(wip(), {
          before: wip('28d'),
          words: ['fewer than 4 weeks ago', 'as 4 weeks ago', 'more than 4 weeks ago'],
          good: 'less',
        }),
      },
    ],
  });
}

export function throughputStat(): Panel {
  const usual = `${grown(CLOSED, 84, 7)} / 12`;
  return stat({
    id: 2,
    title: 'Throughput',
    unit: units.Count,
    decimals: 0,
    empty: 'less than a week is recorded',
    about: {
      means: 'Items closed in the last seven days, and in a usual week: the mean of the twelve weeks before.',
      act: 'when it says *fewer* twice in a row.',
      helps: 'see below in which column the items stand.',
    },
    values: [
      {
        name: '7 days',
        expression: grown(CLOSED, 7),
        verdicts: compared(grown(CLOSED, 7), {
          before: usual,
          words: ['fewer than usual', 'as usual', 'more than usual'],
          good: 'more',
          tolerance: 0.3,
        }),
      },
      { name: 'usual week', expression: usual, decimals: 1 },
    ],
  });
}

export function netFlowStat(): Panel {
  return stat({
    id: 3,
    title: 'Net flow',
    unit: units.Count,
    decimals: 0,
    empty: 'less than four weeks are recorded',
    about: {
      means:
        'Items that were begun in the last four weeks less those that were closed. In a stable flow it is about 0.',
      act: 'when it is above 0 for long: work in progress piles up.',
      helps: 'begin only when something is done.',
    },
    values: [
      {
        name: 'net',
        expression: `${grown(STARTED, 28)} - ${grown(CLOSED, 28)}`,
        verdicts: [
          { word: 'draining', colour: 'blue' },
          { word: 'in balance', colour: 'green', from: -4 },
          { word: 'piling up', colour: 'orange', from: 5 },
        ],
      },
    ],
  });
}

export function cycleTimeStat(): Panel {
  return stat({
    id: 4,
    title: 'Cycle time',
    unit: units.Days,
    decimals: 1,
    empty: 'nothing was closed in 90 days',
    about: {
      means:
        'In so many days 85 of 100 items were closed once they were begun; those closed in the last 90 days, against the service level that the team expects (`thresholds.sle`).',
      act: 'when it is above the service level: the promise is not kept.',
      helps: 'less in progress at once; split what is large; look at the column where items stand.',
    },
    values: [
      {
        name: '85 of 100',
        expression: cycleDays(0.85, 90),
        verdicts: [
          { word: 'within the level', colour: 'green' },
          { word: 'above the level', colour: 'orange', from: thresholdDays('sle', 14, KIND) },
        ],
      },
    ],
  });
}

export function attainmentStat(): Panel {
  return stat({
    id: 5,
    title: 'Service level',
    unit: units.PercentUnit,
    decimals: 0,
    empty: 'nothing was closed in 90 days',
    about: {
      means:
        'Of the items closed in the last 90 days, the share whose cycle time was within the service level.',
      act: 'below 85 %: the service level cannot be relied on.',
      helps: 'watch the age of what is in progress, not only what is done; or agree on an honest level.',
    },
    values: [
      {
        name: 'kept',
        expression: withinSle(90),
        verdicts: [
          { word: 'too rarely', colour: 'red' },
          { word: 'shaky', colour: 'yellow', from: 0.7 },
          { word: 'reliable', colour: 'green', from: 0.85 },
        ],
      },
    ],
  });
}

export function efficiencyStat(): Panel {
  return stat({
    id: 6,
    title: 'Flow efficiency',
    unit: units.PercentUnit,
    decimals: 0,
    empty: 'nothing moved in 90 days',
    about: {
      means:
        'Of the time that items spent in progress, the share in which they were worked on and did not wait for review, test or an answer. It counts stays that ended in the last 90 days.',
      act: 'below 40 %: most of the time nobody works on it.',
      helps: 'see below where they wait, and give that column a limit or more hands.',
    },
    values: [
      {
        name: 'worked on',
        expression: flowEfficiency(90),
        verdicts: [
          { word: 'mostly waiting', colour: 'red' },
          { word: 'waits a lot', colour: 'yellow', from: 0.4 },
          { word: 'flows', colour: 'green', from: 0.6 },
        ],
      },
    ],
  });
}
