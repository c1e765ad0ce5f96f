import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { About } from '../panels/facts.js';
import { stat } from '../panels/stat.js';
import * as units from '../panels/units.js';
import { latest, matching, PROJECT } from '../promql/select.js';
import type { Verdicts } from '../promql/verdict.js';

/** Something that a team lets lie. */
export interface Neglect {
  readonly title: string;
  readonly expression: string;
  readonly about: About;
  readonly verdicts: Verdicts;
  readonly empty: string;
}

const COMMITTED = 'stage=~"ready|active|waiting"';

export const NEGLECTS: readonly Neglect[] = [
  {
    title: 'Forgotten',
    expression: `sum(${latest('taiga_items_stale')})`,
    empty: 'nothing is forgotten',
    about: {
      means:
        'Open items of all kinds to which nothing has happened for two weeks (`thresholds.stale_after`).',
      act: 'when it is more than the team closes in a month.',
      helps: 'close what nobody would miss; for the rest, name a person.',
    },
    verdicts: scale(1, 20, 'none', 'some', 'a graveyard'),
  },
  {
    title: 'Overdue',
    expression: `sum(${latest('taiga_items_overdue')})`,
    empty: 'nothing has a due date',
    about: {
      means: 'Open items whose due date is over.',
      act: 'every day that it is not 0: somebody waits for each.',
      helps: 'do it, agree on a new date, or remove a date that nobody needs.',
    },
    verdicts: scale(1, 6, 'none', 'do or move', 'too many'),
  },
  {
    title: 'Due soon',
    expression: `sum(${latest('taiga_items_due_soon')})`,
    empty: 'nothing has a due date',
    about: {
      means: 'Open items that are due within two days (`thresholds.due_soon`).',
      act: 'this morning.',
      helps: 'say now which of them will be late.',
    },
    verdicts: scale(1, 6, 'none', 'plan today', 'too many at once'),
  },
  {
    title: 'Blocked',
    expression: `sum(${latest('taiga_items_blocked')})`,
    empty: 'nothing is blocked',
    about: {
      means: 'Open items that are marked as blocked.',
      act: 'every day that it is not 0.',
      helps: 'one person who asks for each of them today.',
    },
    verdicts: scale(1, 5, 'none', 'ask today', 'stop and unblock'),
  },
  {
    title: 'Without assignee',
    expression: `sum(${latest('taiga_items_unassigned', matching(PROJECT, COMMITTED, 'kind!="epic"'))})`,
    empty: 'nothing is committed',
    about: {
      means: 'Items that are committed or begun and have no assignee; epics are not counted.',
      act: 'when begun items are among them: nobody works on them.',
      helps: 'whoever moves a card puts the own name on it.',
    },
    verdicts: scale(1, 20, 'none', 'some', 'many'),
  },
  {
    title: 'Without points',
    expression: `sum(${latest('taiga_userstories_unestimated', matching(PROJECT, COMMITTED))})`,
    empty: 'nothing is committed',
    about: {
      means: 'User stories that are committed or begun and for which no role has given points.',
      act: 'before the next planning.',
      helps: 'estimate before committing, or agree to count stories and stop estimating.',
    },
    verdicts: scale(1, 10, 'none', 'some', 'many'),
  },
  {
    title: 'Columns over their limit',
    expression: `count(${latest('taiga_wip_items')} > on (project, status, swimlane) ${latest('taiga_wip_limit')}) or 0 * count(${latest('taiga_wip_limit')})`,
    empty: 'no limit is known',
    about: {
      means:
        'Columns (with swimlanes: cells) of the boards that hold more user stories than their limit. Limits are known only of times at which the exporter ran.',
      act: 'when it is not 0 at the daily meeting: nothing new is begun.',
      helps: 'help that column; change a limit only in a retrospective.',
    },
    verdicts: scale(1, 4, 'none', 'help there', 'limits are ignored'),
  },
  {
    title: 'Records that disagree',
    expression: `sum(${latest('taiga_data_quality_items')})`,
    empty: 'not checked yet',
    about: {
      means:
        'Items whose records in Taiga disagree, by all problems, as checked when the exporter starts and at night; the table below names them and docs/data-quality.md explains them.',
      act: 'when it is more than a few of a hundred items: other numbers are the less certain.',
      helps: 'most come from imports and cannot be repaired; closed stories in open columns can.',
    },
    verdicts: scale(1, 100, 'none', 'some', 'many'),
  },
];

export function hygieneStat(id: number, { title, expression, about, verdicts, empty }: Neglect): Panel {
  return stat({
    id,
    title,
    unit: units.Count,
    decimals: 0,
    empty,
    about,
    values: [{ name: title.toLowerCase(), expression, verdicts }],
  });
}

function scale(some: number, many: number, none: string, few: string, lots: string): Verdicts {
  return [
    { word: none, colour: 'green' },
    { word: few, colour: 'orange', from: some },
    { word: lots, colour: 'red', from: many },
  ];
}
