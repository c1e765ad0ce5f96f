import { finishedDate, hasClosedStatus, recalculateMilestone, recalculateStory } from './closing.js';
import type { Act } from './recorder.js';
import type { MilestoneRow, ProjectRow, StoryRow, TaskRow } from './rows.js';
import { noteTags, type Taiga, takeRef } from './taiga.js';
import { type Micros, timestamp } from './time.js';

export interface TaskPatch {
  readonly subject?: string;
  readonly description?: string;
  readonly status_id?: number;
  readonly assigned_to_id?: number | null;
  readonly due_date?: string | null;
  readonly is_blocked?: boolean;
  readonly blocked_note?: string;
  readonly is_iocaine?: boolean;
  readonly tags?: string[];
  readonly comment?: string;
}

/** A task is in a story, and so in the story's sprint, or directly in a sprint. */
export type TaskPlace = { readonly story: StoryRow } | { readonly sprint: MilestoneRow | null };

export function createTask(
  taiga: Taiga,
  act: Act,
  project: ProjectRow,
  place: TaskPlace,
  { comment: _, ...fields }: TaskPatch & { subject: string },
): TaskRow {
  const { store, recorder } = taiga;
  const id = store.nextId('tasks_task');
  const stamp = timestamp(act.at);
  const millis = Math.floor(act.at / 1000);
  const task = store.insert('tasks_task', {
    id,
    tags: [],
    version: 1,
    is_blocked: false,
    blocked_note: '',
    ref: takeRef(taiga, act.at, project, 'task', id),
    created_date: stamp,
    modified_date: stamp,
    finished_date: null,
    description: '',
    is_iocaine: false,
    assigned_to_id: null,
    milestone_id: 'story' in place ? place.story.milestone_id : (place.sprint?.id ?? null),
    owner_id: act.by.id,
    project_id: project.id,
    status_id: project.default_task_status_id,
    user_story_id: 'story' in place ? place.story.id : null,
    taskboard_order: millis,
    us_order: millis,
    external_reference: null,
    due_date: null,
    due_date_reason: '',
    ...fields,
  });
  noteTags(taiga, project, task.tags);
  follow(taiga, task, act.at);
  recorder.record(act, 'task', task);
  return task;
}

export function editTask(taiga: Taiga, act: Act, task: TaskRow, { comment, ...fields }: TaskPatch): void {
  const { store, recorder } = taiga;
  const status = fields.status_id ?? task.status_id;
  const closed = hasClosedStatus(store, 'projects_taskstatus', status);
  store.update('tasks_task', task, {
    ...fields,
    version: task.version + 1,
    modified_date: timestamp(act.at),
    finished_date: finishedDate(closed, task.finished_date, act.at),
  });
  noteTags(taiga, store.get('projects_project', task.project_id), fields.tags ?? []);
  follow(taiga, task, act.at);
  recorder.record(act, 'task', task, comment === undefined ? {} : { comment });
}

export function deleteTask(taiga: Taiga, act: Act, task: TaskRow): void {
  taiga.recorder.record(act, 'task', task, { deleted: true });
  taiga.store.remove('tasks_task', task);
  follow(taiga, task, act.at);
}

/** Closes or reopens the task's story and its sprint, as the task requires. */
function follow({ store }: Taiga, task: TaskRow, at: Micros): void {
  const story = store.find('userstories_userstory', task.user_story_id);
  if (story !== undefined) recalculateStory(store, story, at);
  else recalculateMilestone(store, task.milestone_id);
}
