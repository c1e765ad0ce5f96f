import type { StatusRow } from '../../src/demo/taiga/rows.js';
import { add, rounded, type Table } from './samples.js';
import type { TeamWorld } from './team-world.js';

/** What is so in a world at this moment, counted from its rows. */
export interface WorldGauges {
  /** Under the names that the statuses have at the end. */
  items(end: TeamWorld): Table;
  readonly blocked: Table;
  readonly points: Table;
  readonly sprints: Table;
}

const TABLES = [
  ['epic', 'epics_epic', 'projects_epicstatus'],
  ['userstory', 'userstories_userstory', 'projects_userstorystatus'],
  ['task', 'tasks_task', 'projects_taskstatus'],
  ['issue', 'issues_issue', 'projects_issuestatus'],
] as const;

export function worldGauges({ taiga: { store } }: TeamWorld): WorldGauges {
  const blocked: Table = {};
  const points: Table = {};
  const sprints: Table = {};
  const cells: (readonly [string, string, (typeof TABLES)[number][2], number | null])[] = [];
  for (const [kind, table, statuses] of TABLES) {
    for (const item of store.all(table)) {
      const { slug } = store.get('projects_project', item.project_id);
      const status = store.find(statuses, item.status_id) as StatusRow | undefined;
      const isClosed = 'is_closed' in item ? item.is_closed : status?.is_closed;
      cells.push([slug, kind, statuses, item.status_id]);
      if (item.is_blocked && !isClosed) add(blocked, `${slug} | ${kind}`);
      if (!('kanban_order' in item)) continue;
      for (const { points_id: id } of store.belongingTo('userstories_rolepoints', item.id))
        add(points, String(isClosed), store.find('projects_points', id)?.value ?? 0);
      const sprint = store.find('milestones_milestone', item.milestone_id);
      if (sprint) add(sprints, `${sprint.slug} | ${isClosed}`);
    }
  }
  return {
    items({ taiga }) {
      const items: Table = {};
      for (const [slug, kind, statuses, id] of cells)
        add(items, `${slug} | ${kind} | ${(taiga.store.find(statuses, id) as StatusRow | undefined)?.name}`);
      return items;
    },
    blocked: rounded(blocked),
    points: rounded(points),
    sprints: rounded(sprints),
  };
}
