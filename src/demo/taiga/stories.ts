import { hasClosedStatus, recalculateMilestone, recalculateStory } from './closing.js';
import type { Act } from './recorder.js';
import type { MilestoneRow, ProjectRow, StoryRow } from './rows.js';
import { noteTags, type Taiga, takeRef } from './taiga.js';
import { timestamp } from './time.js';

/** A sort key is first a moment, and becomes a small number when somebody drags the story. */
const firstOwnOrder = 1_000_000;

/** The fields that a client may send for a story; `points` maps ids of roles to ids of points. */
export interface StoryPatch {
  readonly subject?: string;
  readonly description?: string;
  readonly status_id?: number;
  readonly milestone_id?: number | null;
  readonly swimlane_id?: number | null;
  readonly due_date?: string | null;
  readonly due_date_reason?: string;
  readonly is_blocked?: boolean;
  readonly blocked_note?: string;
  readonly client_requirement?: boolean;
  readonly team_requirement?: boolean;
  readonly tags?: string[];
  readonly assignees?: readonly number[];
  readonly points?: ReadonlyMap<number, number>;
  readonly comment?: string;
}

export function createStory(
  taiga: Taiga,
  act: Act,
  project: ProjectRow,
  patch: StoryPatch & { subject: string },
): StoryRow {
  const story = insertStory(taiga, act, project, patch);
  taiga.recorder.record(act, 'userstory', story);
  return story;
}

/** Inserts the row and what belongs to it, without a row of history: that is how a story is promoted. */
export function insertStory(
  taiga: Taiga,
  act: Act,
  project: ProjectRow,
  { assignees, points, comment: _, ...fields }: StoryPatch & { subject: string },
): StoryRow {
  const { store } = taiga;
  const id = store.nextId('userstories_userstory');
  const stamp = timestamp(act.at);
  const story = store.insert('userstories_userstory', {
    id,
    tags: [],
    version: 1,
    is_blocked: false,
    blocked_note: '',
    ref: takeRef(taiga, act.at, project, 'userstory', id),
    is_closed: false,
    backlog_order: act.at,
    created_date: stamp,
    modified_date: stamp,
    finish_date: null,
    description: '',
    client_requirement: false,
    team_requirement: false,
    assigned_to_id: null,
    generated_from_issue_id: null,
    milestone_id: null,
    owner_id: act.by.id,
    project_id: project.id,
    status_id: project.default_us_status_id,
    sprint_order: act.at,
    kanban_order: act.at,
    external_reference: null,
    tribe_gig: null,
    due_date: null,
    due_date_reason: '',
    generated_from_task_id: null,
    from_task_ref: null,
    swimlane_id: project.default_swimlane_id,
    ...fields,
  });
  for (const role of store.where('users_role', (row) => row.project_id === project.id && row.computable)) {
    store.insert('userstories_rolepoints', {
      id: store.nextId('userstories_rolepoints'),
      points_id: points?.get(role.id) ?? project.default_points_id,
      role_id: role.id,
      user_story_id: id,
    });
  }
  if (assignees !== undefined) assign(taiga, story, assignees);
  noteTags(taiga, project, story.tags);
  recalculateStory(store, story, act.at);
  return story;
}

/** A change in the story's form. */
export function editStory(taiga: Taiga, act: Act, story: StoryRow, patch: StoryPatch): void {
  const { store, recorder } = taiga;
  const { assignees, points, comment, ...fields } = patch;
  const sprintBefore = story.milestone_id;
  const statusChanges = fields.status_id !== undefined && fields.status_id !== story.status_id;
  store.update('userstories_userstory', story, {
    ...fields,
    ...(statusChanges && { kanban_order: act.at }),
    version: story.version + 1,
    modified_date: timestamp(act.at),
  });
  if (assignees !== undefined) assign(taiga, story, assignees);
  if (points !== undefined) estimate(taiga, story, points);
  noteTags(taiga, store.get('projects_project', story.project_id), fields.tags ?? []);
  takeTasksAlong(taiga, story);
  recalculateStory(store, story, act.at);
  if (sprintBefore !== story.milestone_id) recalculateMilestone(store, sprintBefore);
  recorder.record(act, 'userstory', story, comment === undefined ? {} : { comment });
}

function assign({ store }: Taiga, story: StoryRow, assignees: readonly number[]): void {
  for (const link of store.belongingTo('userstories_userstory_assigned_users', story.id)) {
    if (!assignees.includes(link.user_id)) store.remove('userstories_userstory_assigned_users', link);
  }
  const before = store.belongingTo('userstories_userstory_assigned_users', story.id);
  for (const user of assignees) {
    if (before.some((link) => link.user_id === user)) continue;
    const id = store.nextId('userstories_userstory_assigned_users');
    store.insert('userstories_userstory_assigned_users', { id, userstory_id: story.id, user_id: user });
  }
  store.update('userstories_userstory', story, { assigned_to_id: assignees[0] ?? null });
}

function estimate({ store }: Taiga, story: StoryRow, points: ReadonlyMap<number, number>): void {
  for (const link of store.belongingTo('userstories_rolepoints', story.id)) {
    const value = points.get(link.role_id);
    if (value !== undefined && value !== link.points_id)
      store.update('userstories_rolepoints', link, { points_id: value });
  }
}

/** Moves a story's tasks to its sprint; their history shows it only in their next row. */
function takeTasksAlong({ store }: Taiga, story: StoryRow): void {
  for (const task of store.belongingTo('tasks_task', story.id)) {
    if (task.milestone_id !== story.milestone_id) {
      store.update('tasks_task', task, { milestone_id: story.milestone_id });
    }
  }
}

/** Drag and drop on the board: changes neither the version nor the modification date. */
export function dragOnKanban(
  taiga: Taiga,
  act: Act,
  story: StoryRow,
  to: { readonly status_id: number; readonly swimlane_id: number | null },
  position: number,
): void {
  const { store, recorder } = taiga;
  const column = store
    .where(
      'userstories_userstory',
      (row) =>
        row.id !== story.id &&
        row.project_id === story.project_id &&
        row.status_id === to.status_id &&
        row.swimlane_id === to.swimlane_id &&
        row.kanban_order < firstOwnOrder,
    )
    .filter((row) => row.kanban_order >= position);
  for (const neighbour of column) {
    store.update('userstories_userstory', neighbour, { kanban_order: neighbour.kanban_order + 1 });
  }
  store.update('userstories_userstory', story, { ...to, kanban_order: position });
  recalculateStory(store, story, act.at);
  recorder.record(act, 'userstory', story);
}

/** Drag and drop between the backlog and sprints. */
export function dragToSprint(
  taiga: Taiga,
  act: Act,
  story: StoryRow,
  milestone: MilestoneRow | null,
  position: number,
): void {
  const { store, recorder } = taiga;
  const before = story.milestone_id;
  store.update('userstories_userstory', story, {
    milestone_id: milestone?.id ?? null,
    sprint_order: position,
    ...(before === null && { backlog_order: position }),
  });
  takeTasksAlong(taiga, story);
  recalculateMilestone(store, before);
  recalculateMilestone(store, story.milestone_id);
  recorder.record(act, 'userstory', story);
}

/**
 * Changes only the order in the backlog, which history hides. The neighbours that make room are not recorded at all, so
 * the row that deletes such a story has a diff of its order, and is hidden, too.
 */
export function reorderBacklog(
  { store, recorder }: Taiga,
  act: Act,
  story: StoryRow,
  position: number,
): void {
  const giveWay = store.where(
    'userstories_userstory',
    (row) =>
      row.id !== story.id &&
      row.project_id === story.project_id &&
      row.milestone_id === null &&
      row.backlog_order >= position &&
      row.backlog_order < firstOwnOrder,
  );
  for (const neighbour of giveWay) {
    store.update('userstories_userstory', neighbour, { backlog_order: neighbour.backlog_order + 1 });
  }
  store.update('userstories_userstory', story, { backlog_order: position });
  recorder.record(act, 'userstory', story);
}

/** The button at the end of a sprint. It is one request, so all its rows have the same time. */
export function moveUnfinished(taiga: Taiga, act: Act, from: MilestoneRow, to: MilestoneRow): void {
  const { store, recorder } = taiga;
  const inSprint = { milestone_id: to.id };
  const open = store.where(
    'userstories_userstory',
    (story) => story.milestone_id === from.id && !story.is_closed,
  );
  for (const [position, story] of open.entries()) {
    store.update('userstories_userstory', story, { ...inSprint, sprint_order: position });
    takeTasksAlong(taiga, story);
    recorder.record(act, 'userstory', story);
  }
  const isOpen = (table: 'projects_taskstatus' | 'projects_issuestatus', status: number | null): boolean =>
    !hasClosedStatus(store, table, status);
  for (const task of store.where(
    'tasks_task',
    (row) => row.milestone_id === from.id && row.user_story_id === null,
  )) {
    if (!isOpen('projects_taskstatus', task.status_id)) continue;
    store.update('tasks_task', task, inSprint);
    recorder.record(act, 'task', task);
  }
  for (const issue of store.where('issues_issue', (row) => row.milestone_id === from.id)) {
    if (!isOpen('projects_issuestatus', issue.status_id)) continue;
    store.update('issues_issue', issue, inSprint);
    recorder.record(act, 'issue', issue);
  }
  recalculateMilestone(store, from.id);
  recalculateMilestone(store, to.id);
}

/** Its last row of history records it. The tasks, which are deleted, too, get no such row. */
export function deleteStory({ store, recorder }: Taiga, act: Act, story: StoryRow): void {
  recorder.record(act, 'userstory', story, { deleted: true });
  for (const task of store.belongingTo('tasks_task', story.id)) store.remove('tasks_task', task);
  for (const link of store.belongingTo('userstories_rolepoints', story.id)) {
    store.remove('userstories_rolepoints', link);
  }
  for (const link of store.where('epics_relateduserstory', (row) => row.user_story_id === story.id)) {
    store.remove('epics_relateduserstory', link);
  }
  for (const link of store.belongingTo('userstories_userstory_assigned_users', story.id)) {
    store.remove('userstories_userstory_assigned_users', link);
  }
  store.remove('userstories_userstory', story);
  recalculateMilestone(store, story.milestone_id, { onlyClosing: true });
}
