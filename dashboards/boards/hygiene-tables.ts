import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { table } from '../panels/table.js';
import { KINDS, textOf } from '../panels/texts.js';
import * as units from '../panels/units.js';
import { latest, matching, PROJECT, withProjectName } from '../promql/select.js';
import { WIP } from '../promql/work.js';

export function loadTable(): Panel {
  const assigned = (...matchers: readonly string[]): string =>
    `sum by (assignee) (${latest('taiga_assigned_items', matching(PROJECT, ...matchers))})`;
  return table({
    id: 11,
    title: 'Open work by person',
    unit: units.Count,
    decimals: 0,
    empty: 'nothing is assigned, or people are switched off (labels.people)',
    about: {
      means:
        'Open items by assignee, in the order of the alphabet; one with several assignees counts for each. It shows load, not performance: who has much has been given much.',
      act: 'when somebody has more in progress than they can hold in mind (three is a lot).',
      helps: 'take something off that person, or put it back into the column before.',
    },
    queries: {
      A: assigned(),
      B: `${assigned(WIP)} or 0 * ${assigned()}`,
      C: `${assigned('stage="ready"')} or 0 * ${assigned()}`,
    },
    sortBy: { title: 'Who' },
    columns: [
      { of: 'assignee', title: 'Who' },
      { of: 'B', title: 'In progress', decimals: 0, gaugeTo: 20 },
      { of: 'C', title: 'Ready', decimals: 0, width: 80 },
      { of: 'A', title: 'All open', decimals: 0, width: 90 },
    ],
  });
}

const PROBLEMS: Readonly<Record<string, string>> = {
  closed_in_open_status: 'closed, but in an open column',
  open_in_closed_status: 'open, but in a closed column',
  closed_without_date: 'closed without a date',
  open_with_date: 'open with a closing date',
  without_status: 'without a status',
  without_attribute: 'without type, severity or priority',
  created_before_project: 'created before its project (imported)',
  sprint_differs_from_story: 'task in another sprint than its story',
  assigned_to_former_member: 'assigned to somebody who left',
  unrecorded_creation: 'creation is not recorded',
  unrecorded_deletion: 'deletion is not recorded',
  unrecorded_status: 'a change of status is not recorded',
  corrupt_history: 'history cannot be read',
  future_history: 'history lies in the future',
};

export function qualityTable(): Panel {
  return table({
    id: 13,
    title: 'Records that disagree',
    unit: units.Count,
    decimals: 0,
    empty: 'no records are known to disagree',
    about: {
      means:
        'Items whose records in Taiga disagree, by problem; docs/data-quality.md says what each does to the numbers.',
      act: 'on what a person can put right: closed stories in open columns, work of people who left.',
      helps: 'move the card once more, or assign it anew; what an import left behind stays.',
    },
    queries: {
      A: withProjectName(`sum by (project, kind, problem) (${latest('taiga_data_quality_items')}) > 0`),
    },
    sortBy: { title: 'Items', descending: true },
    columns: [
      { of: 'problem', title: 'Problem', mappings: [textOf(PROBLEMS)] },
      { of: 'kind', title: 'Kind', mappings: [textOf(KINDS)] },
      { of: 'project_name', title: 'Project' },
      { of: 'A', title: 'Items', decimals: 0 },
    ],
  });
}
