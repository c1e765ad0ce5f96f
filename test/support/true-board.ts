import { add, type Table } from './samples.js';
import { isInProgress, type TrueWork, type WorkItem } from './true-work.js';

/** A gauge counted from a team's work at a moment, by label values joined by ` | `. */
export interface TrueGauge {
  readonly metric: string;
  readonly labels: readonly string[];
  /** Zeros may be left out. */
  readonly count: (work: TrueWork, atMs: number) => Table;
}

const DAY_MS = 86_400_000;
const STALE_AFTER_MS = 14 * DAY_MS;
const DUE_SOON_MS = 2 * DAY_MS;

/** The day in UTC. */
const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

const kindOf = ({ project, kind }: WorkItem): string => `${project} | ${kind}`;

function openItems(
  metric: string,
  labels: readonly string[],
  cellsOf: (item: WorkItem, atMs: number, work: TrueWork) => readonly string[],
): TrueGauge {
  return {
    metric,
    labels,
    count(work, atMs) {
      const table: Table = {};
      for (const item of work.openItems()) for (const cell of cellsOf(item, atMs, work)) add(table, cell);
      return table;
    },
  };
}

/** Gauges of the sample's items, with the default thresholds and stages. */
export const BOARD_GAUGES: readonly TrueGauge[] = [
  openItems('taiga_items_unassigned', ['project', 'kind', 'stage'], (item) =>
    item.assignees.length === 0 ? [`${kindOf(item)} | ${item.status.stage}`] : [],
  ),
  openItems('taiga_assigned_items', ['project', 'kind', 'stage', 'assignee'], (item, _atMs, work) =>
    item.assignees.map(
      (account) => `${kindOf(item)} | ${item.status.stage} | ${work.records.people.get(account) ?? '?'}`,
    ),
  ),
  openItems('taiga_items_stale', ['project', 'kind', 'stage'], (item, atMs) =>
    item.lastActAt < atMs - STALE_AFTER_MS ? [`${kindOf(item)} | ${item.status.stage}`] : [],
  ),
  openItems('taiga_items_overdue', ['project', 'kind'], (item, atMs) =>
    item.due !== null && item.due < dayOf(atMs) ? [kindOf(item)] : [],
  ),
  openItems('taiga_items_due_soon', ['project', 'kind'], (item, atMs) =>
    item.due !== null && item.due >= dayOf(atMs) && Date.parse(item.due) <= atMs + DUE_SOON_MS
      ? [kindOf(item)]
      : [],
  ),
  {
    metric: 'taiga_userstories_unestimated',
    labels: ['project', 'stage'],
    count(work) {
      const table: Table = {};
      for (const item of work.items.values())
        if (item.kind === 'userstory' && item.points === null)
          add(table, `${item.project} | ${item.status.stage}`);
      return table;
    },
  },
  {
    metric: 'taiga_wip_items',
    labels: ['project', 'status', 'swimlane'],
    count(work) {
      const table: Table = {};
      for (const item of work.items.values())
        if (item.kind === 'userstory' && isInProgress(item))
          add(table, `${item.project} | ${item.status.name} | ${item.swimlane}`);
      return table;
    },
  },
  {
    metric: 'taiga_sprint_tasks',
    labels: ['project', 'sprint', 'closed'],
    count(work) {
      const table: Table = {};
      const slugs = new Map(
        [...work.sprints.values()].map(({ project, name, slug }) => [`${project} ${name}`, slug]),
      );
      for (const item of work.items.values()) {
        if (item.kind !== 'task') continue;
        // A task always moves with its story.
        const sprint = item.storyRef === null ? item.sprint : work.storyOf(item)?.sprint;
        if (typeof sprint === 'string')
          add(table, `${item.project} | ${slugs.get(`${item.project} ${sprint}`)} | ${work.isClosed(item)}`);
      }
      return table;
    },
  },
  epicGauge('taiga_epic_userstories', () => 1),
  epicGauge('taiga_epic_points', ({ points }) => points ?? 0),
];

function epicGauge(metric: string, worth: (story: WorkItem) => number): TrueGauge {
  return {
    metric,
    labels: ['project', 'epic', 'closed'],
    count(work) {
      const table: Table = {};
      for (const { epic, story: key } of work.links) {
        const story = work.items.get(key);
        if (story) add(table, `${epic} | ${work.isClosed(story)}`, worth(story));
      }
      return table;
    },
  };
}
