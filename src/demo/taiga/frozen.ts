import type { EpicRow, IssueRow, Json, Kind, KindRows, StoryRow, TaskRow } from './rows.js';
import type { Store } from './store.js';
import { pythonTime } from './time.js';

/** An item's fields as history sees them: the content of a snapshot, and the basis of a diff. */
export type Frozen = Record<string, Json>;

type Freeze<K extends Kind> = (store: Store, row: KindRows[K]) => Frozen;

/** Taiga renders Markdown; here all texts are plain paragraphs. */
export const html = (text: string): string => {
  if (text === '') return '';
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped
    .split('\n\n')
    .map((block) =>
      block.startsWith('# ')
        ? `<h1 id="${block.slice(2).toLowerCase().replaceAll(' ', '-')}">${block.slice(2)}</h1>`
        : `<p>${block}</p>`,
    )
    .join('\n');
};

const workItem = (row: StoryRow | TaskRow | IssueRow | EpicRow): Frozen => ({
  ref: row.ref,
  owner: row.owner_id,
  subject: row.subject,
  description: row.description,
  description_html: html(row.description),
  tags: row.tags,
  assigned_to: row.assigned_to_id,
  status: row.status_id,
  is_blocked: row.is_blocked,
  blocked_note: row.blocked_note,
  blocked_note_html: html(row.blocked_note),
  attachments: [],
  custom_attributes: [],
});

const promotedTo = (store: Store, id: number): number[] =>
  store.belongingTo('userstories_userstory', id).map(({ id }) => id);

const story: Freeze<'userstory'> = (store, row) => ({
  ...workItem(row),
  is_closed: row.is_closed,
  finish_date: pythonTime(row.finish_date),
  backlog_order: row.backlog_order,
  sprint_order: row.sprint_order,
  kanban_order: row.kanban_order,
  swimlane: row.swimlane_id,
  milestone: row.milestone_id,
  assigned_users: store
    .belongingTo('userstories_userstory_assigned_users', row.id)
    .map((link) => link.user_id)
    .sort((a, b) => a - b),
  points: Object.fromEntries(
    store.belongingTo('userstories_rolepoints', row.id).map((link) => [String(link.role_id), link.points_id]),
  ),
  client_requirement: row.client_requirement,
  team_requirement: row.team_requirement,
  from_issue: row.generated_from_issue_id,
  from_task: row.from_task_ref,
  due_date: row.due_date,
  tribe_gig: null,
});

const task: Freeze<'task'> = (_store, row) => ({
  ...workItem(row),
  milestone: row.milestone_id,
  user_story: row.user_story_id,
  is_iocaine: row.is_iocaine,
  taskboard_order: row.taskboard_order,
  us_order: row.us_order,
  promoted_to: [],
  due_date: row.due_date,
});

const issue: Freeze<'issue'> = (store, row) => ({
  ...workItem(row),
  milestone: row.milestone_id,
  type: row.type_id,
  severity: row.severity_id,
  priority: row.priority_id,
  promoted_to: promotedTo(store, row.id),
  due_date: row.due_date,
});

const epic: Freeze<'epic'> = (_store, row) => ({
  ...workItem(row),
  color: row.color,
  epics_order: row.epics_order,
  client_requirement: row.client_requirement,
  team_requirement: row.team_requirement,
});

const relatedStory: Freeze<'relateduserstory'> = (_store, row) => ({
  epic: row.epic_id,
  order: row.order,
  user_story: row.user_story_id,
});

const milestone: Freeze<'milestone'> = (_store, row) => ({
  name: row.name,
  slug: row.slug,
  owner: row.owner_id,
  closed: row.closed,
  disponibility: row.disponibility,
  estimated_start: row.estimated_start,
  estimated_finish: row.estimated_finish,
});

const wikiPage: Freeze<'wikipage'> = (_store, row) => ({
  slug: row.slug,
  owner: row.owner_id,
  content: row.content,
  content_html: html(row.content),
  attachments: [],
});

const project: Freeze<'project'> = (_store, row) => ({
  name: row.name,
  slug: row.slug,
  tags: row.tags,
  owner_id: row.owner_id,
  created_at: null,
  is_private: row.is_private,
  anon_permissions: row.anon_permissions,
  public_permissions: row.public_permissions,
  total_milestones: row.total_milestones,
  total_story_points: row.total_story_points,
  is_backlog_activated: row.is_backlog_activated,
  is_kanban_activated: row.is_kanban_activated,
  is_issues_activated: row.is_issues_activated,
  is_wiki_activated: row.is_wiki_activated,
  is_epics_activated: row.is_epics_activated,
});

const freezers: { readonly [K in Kind]: Freeze<K> } = {
  userstory: story,
  task,
  issue,
  epic,
  relateduserstory: relatedStory,
  milestone,
  wikipage: wikiPage,
  project,
};

export const freeze = <K extends Kind>(store: Store, kind: K, row: KindRows[K]): Frozen =>
  freezers[kind](store, row);
