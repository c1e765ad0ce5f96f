import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { table } from '../panels/table.js';
import * as units from '../panels/units.js';
import { latest, matching, PROJECT, withProjectName } from '../promql/select.js';

const EPIC = 'project, epic, epic_subject';
/** A longer list is not read. */
const ROWS = 40;

export function epicsTable(): Panel {
  const sum = (metric: string, ...matchers: readonly string[]): string =>
    `sum by (${EPIC}) (${latest(metric, matching(PROJECT, ...matchers))})`;
  const stories = sum('taiga_epic_userstories');
  const closed = sum('taiga_epic_userstories', 'closed="true"');
  const largest = `topk(${ROWS}, ${sum('taiga_epic_userstories', 'closed="false"')} or ${stories})`;
  const shown = (expression: string): string =>
    withProjectName(`(${expression}) and on (${EPIC}) ${largest}`);
  return table({
    id: 10,
    title: "Epics' progress",
    unit: units.Count,
    decimals: 0,
    empty: 'there are no epics',
    about: {
      means: `User stories under each epic (those of other projects, too), the share that is closed, and the story points that are open and in all. The ${ROWS} epics with the most open stories.`,
      act: 'when an epic grows as fast as it is done, or stands still at 90 %.',
      helps: 'close the epic and make a new one of the rest: what is left at 90 % is usually something else.',
    },
    queries: {
      A: shown(stories),
      B: shown(`${closed} / (${stories} > 0)`),
      C: shown(sum('taiga_epic_points', 'closed="false"')),
      D: shown(sum('taiga_epic_points')),
    },
    sortBy: { title: 'Closed' },
    columns: [
      { of: 'project_name', title: 'Project', width: 260 },
      { of: 'epic', title: 'Ref', width: 70 },
      { of: 'epic_subject', title: 'Epic' },
      { of: 'A', title: 'Stories', decimals: 0, width: 80 },
      { of: 'B', title: 'Closed', unit: units.PercentUnit, decimals: 0, width: 260, gaugeTo: 1 },
      { of: 'C', title: 'Points open', decimals: 0, width: 110 },
      { of: 'D', title: 'Points', decimals: 0, width: 80 },
    ],
  });
}
