import { finishedDate, hasClosedStatus, recalculateMilestone } from './closing.js';
import { type Act, keyOf } from './recorder.js';
import type { HistoryRow, IssueRow, ProjectRow, StoryRow } from './rows.js';
import { insertStory } from './stories.js';
import { noteTags, type Taiga, takeRef } from './taiga.js';
import { microsFrom, timestamp } from './time.js';

export interface IssuePatch {
  readonly subject?: string;
  readonly description?: string;
  readonly status_id?: number;
  readonly type_id?: number;
  readonly severity_id?: number;
  readonly priority_id?: number;
  readonly assigned_to_id?: number | null;
  readonly milestone_id?: number | null;
  readonly due_date?: string | null;
  readonly is_blocked?: boolean;
  readonly blocked_note?: string;
  readonly tags?: string[];
  readonly comment?: string;
}

export function createIssue(
  taiga: Taiga,
  act: Act,
  project: ProjectRow,
  { comment: _, ...fields }: IssuePatch & { subject: string },
): IssueRow {
  const { store, recorder } = taiga;
  const id = store.nextId('issues_issue');
  const stamp = timestamp(act.at);
  const issue = store.insert('issues_issue', {
    id,
    tags: [],
    version: 1,
    is_blocked: false,
    blocked_note: '',
    ref: takeRef(taiga, act.at, project, 'issue', id),
    created_date: stamp,
    modified_date: stamp,
    finished_date: null,
    description: '',
    assigned_to_id: null,
    milestone_id: null,
    owner_id: act.by.id,
    priority_id: project.default_priority_id,
    project_id: project.id,
    severity_id: project.default_severity_id,
    status_id: project.default_issue_status_id,
    type_id: project.default_issue_type_id,
    external_reference: null,
    due_date: null,
    due_date_reason: '',
    ...fields,
  });
  noteTags(taiga, project, issue.tags);
  recalculateMilestone(store, issue.milestone_id);
  recorder.record(act, 'issue', issue);
  return issue;
}

/** Returns the row of history, whose comment may be edited later. */
export function editIssue(
  taiga: Taiga,
  act: Act,
  issue: IssueRow,
  { comment, ...fields }: IssuePatch,
): HistoryRow | undefined {
  const { store, recorder } = taiga;
  const sprintBefore = issue.milestone_id;
  const closed = hasClosedStatus(store, 'projects_issuestatus', fields.status_id ?? issue.status_id);
  store.update('issues_issue', issue, {
    ...fields,
    version: issue.version + 1,
    modified_date: timestamp(act.at),
    finished_date: finishedDate(closed, issue.finished_date, act.at),
  });
  noteTags(taiga, store.get('projects_project', issue.project_id), fields.tags ?? []);
  recalculateMilestone(store, issue.milestone_id);
  if (sprintBefore !== issue.milestone_id) recalculateMilestone(store, sprintBefore);
  return recorder.record(act, 'issue', issue, comment === undefined ? {} : { comment });
}

export function deleteIssue({ store, recorder }: Taiga, act: Act, issue: IssueRow): void {
  recorder.record(act, 'issue', issue, { deleted: true });
  store.remove('issues_issue', issue);
  recalculateMilestone(store, issue.milestone_id, { onlyClosing: true });
}

/**
 * Makes a story from an issue, which stays. The story's history begins with copies of the issue's comments, with their
 * old times, and has no row of its creation; its assignee is only in the second table.
 */
export function promoteToStory(
  taiga: Taiga,
  act: Act,
  issue: IssueRow,
  project: ProjectRow,
  comments: readonly HistoryRow[],
): StoryRow {
  const { store, recorder } = taiga;
  const story = insertStory(taiga, act, project, {
    subject: issue.subject,
    description: issue.description,
    tags: issue.tags,
    due_date: issue.due_date,
  });
  store.update('userstories_userstory', story, {
    generated_from_issue_id: issue.id,
    owner_id: issue.owner_id,
  });
  if (issue.assigned_to_id !== null) {
    const id = store.nextId('userstories_userstory_assigned_users');
    store.insert('userstories_userstory_assigned_users', {
      id,
      userstory_id: story.id,
      user_id: issue.assigned_to_id,
    });
  }
  for (const comment of comments) {
    recorder.copyComment(comment, keyOf('userstory', story.id), microsFrom(comment.created_at));
  }
  recorder.record(act, 'issue', issue);
  return story;
}
