import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { attentionTable } from '../panels/attention.js';
import { barGauge } from '../panels/bar-gauge.js';
import { trend } from '../panels/trend.js';
import * as units from '../panels/units.js';
import { DAY_S, upTo } from '../promql/durations.js';
import { latest } from '../promql/select.js';
import { OPEN_BUGS } from '../promql/work.js';
import { PRIORITY_COLOURS, SEVERITY_COLOURS } from './bug-colours.js';
import { ISSUE } from './bug-stats.js';

const BY = {
  severity: {
    name: 'severity',
    colours: SEVERITY_COLOURS,
    act: 'when a severe band grows while the sum does not: it hides behind the small ones.',
    helps: 'agree on what each severity promises, and take the severe ones first.',
  },
  priority: {
    name: 'priority',
    colours: PRIORITY_COLOURS,
    act: 'when most bugs have a high priority: then none has.',
    helps: 'order the top ten by hand once a week and lower the rest.',
  },
  issue_type: {
    name: 'type',
    colours: {},
    act: 'when one type alone makes the curve.',
    helps: 'ask whoever knows that part best to look at all of its bugs at once.',
  },
} as const;

export function openBy(id: number, label: keyof typeof BY): Panel {
  const { name, colours, act, helps } = BY[label];
  return trend({
    id,
    title: `Open bugs by ${name}`,
    unit: units.Count,
    decimals: 0,
    step: '6h',
    colours,
    stacked: true,
    counts: true,
    empty: 'no bugs are known',
    about: {
      means: `Bugs that were not closed at each moment, by their ${name}; nameless are those whose ${name} was deleted.`,
      act,
      helps,
    },
    series: [
      { expression: `sum by (${label}) (${latest('taiga_issues', OPEN_BUGS)})`, legend: `{{${label}}}` },
    ],
  });
}

export function ageBands(): Panel {
  const all = `sum(${latest('taiga_item_age_seconds_count', ISSUE)})`;
  const within = (days: number): string => upTo('taiga_item_age_seconds', days * DAY_S, ISSUE);
  return barGauge({
    id: 23,
    title: 'Open issues by age',
    unit: units.Count,
    decimals: 0,
    empty: 'no issue is open',
    about: {
      means: 'Issues of all types that are open now, by the days since they were reported.',
      act: 'when the last band is the longest: it is a list of promises that nobody keeps.',
      helps: 'close what is older than 90 days unless somebody asks for it by name.',
    },
    bars: [
      { expression: within(7), legend: '0–7 days', colour: 'green' },
      { expression: `${within(30)} - ${within(7)}`, legend: '7–30 days', colour: 'yellow' },
      { expression: `${within(90)} - ${within(30)}`, legend: '30–90 days', colour: 'orange' },
      { expression: `${all} - ${within(90)}`, legend: 'over 90 days', colour: 'red' },
    ],
  });
}

export function worstIssues(): Panel {
  return attentionTable({
    id: 24,
    title: 'Issues that need somebody now',
    matchers: 'kind="issue"',
    empty: 'no issue is overdue, blocked, forgotten or untriaged',
    about: {
      means:
        'The worst issues of each project and reason, the oldest first: how many days it has been so. One issue can be there for several reasons.',
      act: 'on the first three, today.',
      helps: 'give each a person and a date, or close it.',
    },
  });
}
