import { counted, countedUpTo } from '../annotations.js';
import { listed, perProject, threshold } from '../promql.js';
import type { TeamAlert } from './team-alert.js';

const DASHBOARD = 'bugflow-hygiene';
const WIP = 'stage=~"active|waiting"';
const OVERDUE = perProject('taiga_items_overdue');
const STALE = perProject('taiga_items_stale', WIP);
const UNASSIGNED = perProject('taiga_items_unassigned', WIP, 'kind!="epic"');

/** One item more, one less, one more is one message: what fires goes on down to four fifths of the threshold. */
function moreThan(items: string, name: string): Pick<TeamAlert, 'expression' | 'goesOn'> {
  return {
    expression: `${items} > on (project) ${threshold(name)}`,
    goesOn: `${items} > on (project) 0.8 * ${threshold(name)}`,
  };
}

export const hygiene: readonly TeamAlert[] = [
  {
    name: 'TaigaItemsOverdue',
    comment: 'Open items whose due date has passed.',
    severity: 'warning',
    summary: 'Due dates have passed',
    description: `${counted('open item')} overdue.`,
    ...moreThan(OVERDUE, 'overdue_items'),
    collectors: ['due_dates'],
    items: 'overdue',
    report: { leadsTo: 'hygiene#overdue' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaItemsDueSoon',
    comment:
      'What was begun in time needs no word. The exporter applies the threshold (due_soon) when it makes the list.',
    severity: 'info',
    summary: 'Work is due soon and nobody has begun it',
    description: `${countedUpTo(5, 'item')} due within thresholds.due_soon and not begun.`,
    expression: listed('due_soon'),
    collectors: ['attention'],
    items: 'due_soon',
    report: { leadsTo: 'hygiene#due_soon' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaWorkStale',
    comment: 'Only what was begun: a backlog may rest.',
    severity: 'info',
    summary: 'Work was begun and forgotten',
    description: `${counted('item')} in progress to which nothing has happened for longer than thresholds.stale_after.`,
    ...moreThan(STALE, 'stale_items'),
    collectors: ['items_stale'],
    items: 'stale_in_progress',
    report: { leadsTo: 'hygiene#stale' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaWorkUnassigned',
    comment: 'Of what was begun; epics hold work, nobody does them.',
    severity: 'info',
    summary: 'Work is in progress and nobody has it',
    description: `${counted('item')} in progress without assignee.`,
    ...moreThan(UNASSIGNED, 'unassigned_items'),
    collectors: ['items_unassigned'],
    items: 'unassigned',
    report: { leadsTo: 'hygiene#unassigned' },
    dashboard: DASHBOARD,
  },
];
