import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { stat } from '../panels/stat.js';
import * as units from '../panels/units.js';
import { compared } from '../promql/compared.js';
import { percentile, upTo } from '../promql/durations.js';
import { grown } from '../promql/growth.js';
import { latest, matching, PROJECT } from '../promql/select.js';
import { BUGS, OPEN, openBugs } from '../promql/work.js';

export const BUG = matching(PROJECT, BUGS);
export const ISSUE = matching(PROJECT, 'kind="issue"');
export const UNTRIAGED = matching(PROJECT, 'kind="issue"', 'stage="backlog"');
export const BUG_LEAD_TIME = { histogram: 'taiga_issue_lead_time_seconds', matchers: BUG };
/** Eight weeks hold enough bugs for a percentile, and are soon enough to follow a change. */
export const WINDOW_DAYS = 56;

const CREATED = { metric: 'taiga_issues_created_total', matchers: BUG };
const CLOSED = { metric: 'taiga_issues_closed_total', matchers: BUG };

export function openBugsStat(): Panel {
  return stat({
    id: 1,
    title: 'Open bugs',
    unit: units.Count,
    decimals: 0,
    empty: 'no bugs are open',
    about: {
      means: 'Bugs that are not closed, compared with four weeks ago.',
      act: 'when it says *more* month after month.',
      helps: 'a fixed share of each week for bugs; a day on which everybody closes what nobody will ever do.',
    },
    values: [
      {
        name: 'open',
        expression: openBugs(),
        verdicts: compared(openBugs(), {
          before: openBugs('28d'),
          words: ['fewer than 4 weeks ago', 'as 4 weeks ago', 'more than 4 weeks ago'],
          good: 'less',
          tolerance: 0.05,
        }),
      },
    ],
  });
}

export function netStat(): Panel {
  const net = `${grown(CREATED, 28)} - ${grown(CLOSED, 28)}`;
  return stat({
    id: 2,
    title: 'Four weeks',
    unit: units.Count,
    decimals: 0,
    empty: 'less than four weeks are recorded',
    about: {
      means:
        'Bugs that were reported less those that were closed in the last four weeks; one that is closed twice counts twice. Types and severities are those of that moment.',
      act: 'when the pile grows by more than the team closes in a week.',
      helps: 'stop the source: see which type and severity below brings the most.',
    },
    values: [
      {
        name: 'net',
        expression: net,
        verdicts: [
          { word: 'the pile shrinks', colour: 'green' },
          { word: 'in balance', colour: 'blue', from: 0 },
          { word: 'the pile grows', colour: 'orange', from: 2 },
        ],
      },
      { name: 'in', expression: grown(CREATED, 28) },
      { name: 'out', expression: grown(CLOSED, 28) },
    ],
  });
}

export function leadTimeStat(): Panel {
  const now = percentile(0.85, BUG_LEAD_TIME, 90);
  return stat({
    id: 3,
    title: 'Lead time',
    unit: units.Days,
    decimals: 1,
    empty: 'no bug was closed in 90 days',
    about: {
      means:
        'In so many days 85 of 100 bugs were closed, from their report on; those closed in the last 90 days, compared with what it was 28 days ago.',
      act: 'when it says *slower*: whoever reports a bug waits longer.',
      helps: 'close old ones first; the newest are quick anyway and hide them.',
    },
    values: [
      {
        name: '85 of 100',
        expression: `${now} / 86400`,
        verdicts: compared(`${now} / 86400`, {
          before: `${percentile(0.85, BUG_LEAD_TIME, 90, 28)} / 86400`,
          words: ['faster', 'as before', 'slower'],
          good: 'less',
        }),
      },
    ],
  });
}

export function reopenStat(): Panel {
  return stat({
    id: 4,
    title: 'Reopened',
    unit: units.PercentUnit,
    decimals: 0,
    empty: 'no issue was closed in 90 days',
    about: {
      means: 'Issues that were reopened, for each that was closed in the last 90 days. All issue types.',
      act: 'from one in ten: fixes are not what the reporter needed.',
      helps: 'agree on how a fix is checked before it is closed; let the reporter close.',
    },
    values: [
      {
        name: 'reopened',
        expression: reopened(90),
        verdicts: [
          { word: 'few', colour: 'green' },
          { word: 'watch', colour: 'yellow', from: 0.05 },
          { word: 'too many', colour: 'red', from: 0.1 },
        ],
      },
    ],
  });
}

/** Reopenings for each closing, over so many days. */
export function reopened(days: number): string {
  const reopenings = grown({ metric: 'taiga_items_reopened_total', matchers: ISSUE }, days);
  const closings = grown({ metric: 'taiga_items_closed_total', matchers: ISSUE }, days);
  return `${reopenings} / (${closings} > 0)`;
}

export function responseStat(): Panel {
  return stat({
    id: 5,
    title: 'Response',
    unit: units.Days,
    decimals: 1,
    empty: 'no issue was answered in 90 days',
    about: {
      means:
        'In so many days 85 of 100 issues got a first comment or change from somebody other than their reporter; those answered in the last 90 days, all issue types.',
      act: 'from three days: reporters think that nobody listens.',
      helps: 'one person each week who looks at new issues every morning.',
    },
    values: [
      {
        name: '85 of 100',
        expression: `${percentile(0.85, { histogram: 'taiga_first_response_seconds' }, 90)} / 86400`,
        verdicts: [
          { word: 'quick', colour: 'green' },
          { word: 'slow', colour: 'yellow', from: 1 },
          { word: 'too slow', colour: 'red', from: 3 },
        ],
      },
    ],
  });
}

export function triageStat(): Panel {
  const waiting = `sum(${latest('taiga_issues', matching(BUG, 'stage="backlog"'))})`;
  return stat({
    id: 6,
    title: 'Triage',
    unit: units.Count,
    decimals: 0,
    empty: 'nothing waits',
    about: {
      means:
        'Bugs in the first column, which nobody has looked at yet; and how many issues of any type have been open for more than two days there.',
      act: 'when the second number is not 0.',
      helps: 'ten minutes a day: accept, reject or ask back; never leave it in the first column.',
    },
    values: [
      {
        name: 'new bugs',
        expression: `(${waiting} or 0 * sum(${latest('taiga_issues', matching(PROJECT, OPEN))}))`,
      },
      {
        name: 'older than 2 days',
        expression: olderThan(2),
        verdicts: [
          { word: 'none', colour: 'green' },
          { word: 'look', colour: 'orange', from: 1 },
          { word: 'a queue', colour: 'red', from: 10 },
        ],
      },
    ],
  });
}

/** Issues in the first column that were created more than so many days ago; the days must be a bucket's bound. */
export function olderThan(days: number): string {
  const all = `sum(${latest('taiga_item_age_seconds_count', UNTRIAGED)})`;
  return `(${all} - ${upTo('taiga_item_age_seconds', days * 86_400, UNTRIAGED)})`;
}
