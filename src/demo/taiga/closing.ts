import type { MilestoneRow, StatusRow, StoryRow } from './rows.js';
import type { Store } from './store.js';
import { type Micros, timestamp } from './time.js';

/** Fields that follow from an item's status: Taiga computes them after each request, and does not record it. */

type ItemStatusTable = 'projects_userstorystatus' | 'projects_taskstatus' | 'projects_issuestatus';

export function hasClosedStatus(store: Store, table: ItemStatusTable, statusId: number | null): boolean {
  return (store.find(table, statusId) as StatusRow | undefined)?.is_closed ?? false;
}

/** The finish date of a task or an issue, which follows its status whenever it is saved. */
export function finishedDate(closed: boolean, current: string | null, at: Micros): string | null {
  return closed ? (current ?? timestamp(at)) : null;
}

/** A story with tasks is closed when all of them are; one without, when its own status says so. */
export function recalculateStory(store: Store, story: StoryRow, at: Micros): void {
  const tasks = store.belongingTo('tasks_task', story.id);
  const closed =
    tasks.length > 0
      ? tasks.every((task) => hasClosedStatus(store, 'projects_taskstatus', task.status_id))
      : hasClosedStatus(store, 'projects_userstorystatus', story.status_id);
  if (closed !== story.is_closed) {
    store.update('userstories_userstory', story, {
      is_closed: closed,
      finish_date: closed ? timestamp(at) : null,
    });
  }
  recalculateMilestone(store, story.milestone_id);
}

/** A sprint is closed while it has items and all of them are closed; deleting an item never reopens one. */
export function recalculateMilestone(store: Store, id: number | null, { onlyClosing = false } = {}): void {
  const milestone: MilestoneRow | undefined = store.find('milestones_milestone', id);
  if (milestone === undefined) return;
  const states = [
    ...store
      .where('userstories_userstory', (story) => story.milestone_id === id)
      .map((story) => story.is_closed),
    ...store
      .where('tasks_task', (task) => task.milestone_id === id && task.user_story_id === null)
      .map((task) => hasClosedStatus(store, 'projects_taskstatus', task.status_id)),
    ...store
      .where('issues_issue', (issue) => issue.milestone_id === id)
      .map((issue) => hasClosedStatus(store, 'projects_issuestatus', issue.status_id)),
  ];
  const closed = states.length > 0 && states.every(Boolean);
  if (closed !== milestone.closed && (closed || !onlyClosing))
    store.update('milestones_milestone', milestone, { closed });
}
