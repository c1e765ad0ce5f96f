import { createProject } from '../../../src/demo/taiga/projects.js';
import type { IssueRow, Json, ProjectRow, StoryRow } from '../../../src/demo/taiga/rows.js';
import { insertStory } from '../../../src/demo/taiga/stories.js';
import { takeRef } from '../../../src/demo/taiga/taiga.js';
import { microsFrom, timestamp } from '../../../src/demo/taiga/time.js';
import type { Team } from '../../support/team.js';

/** Statuses as the project's rows call them: by ids of another Taiga, or by those that importers write. */
export type Elsewhere = Readonly<Record<'New' | 'In progress' | 'Closed' | 'Done', number>>;
const UNKNOWN: Elsewhere = { New: 4001, 'In progress': 4002, Closed: 4003, Done: 4004 };
const NOT_FOUND = -2;

interface Imported {
  readonly project: ProjectRow;
  readonly issues: readonly IssueRow[];
  readonly story: StoryRow;
  /** When each of them was created, begun and closed. */
  readonly moments: readonly [created: string, begun: string, closed: string];
}

/**
 * A project that comes from elsewhere at once, with rows of its past: an issue with ids of another Taiga, one that an
 * importer brought, whose creation is written after its changes, and a story.
 */
export function importProject(team: Team, slug = 'imported', elsewhere = UNKNOWN): Imported {
  const move = (
    from: keyof Elsewhere,
    to: keyof Elsewhere,
  ): { readonly diff: Json; readonly values: Json } => ({
    diff: { status: [elsewhere[from], elsewhere[to]] },
    values: { users: {}, status: { [elsewhere[from]]: from, [elsewhere[to]]: to } },
  });
  const act = team.act();
  const project = createProject(team.taiga, act, {
    name: slug,
    slug,
    description: '',
    modules: ['backlog', 'kanban', 'issues', 'epics'],
  });
  const [created, begun, closed] = [40, 30, 20].map((days) => team.ago(days)) as [string, string, string];
  const done = { finished_date: closed };

  const foreign = importIssue(team, project, created, 'Closed', done);
  const birth = team.taiga.recorder.record({ ...act, at: microsFrom(created) }, 'issue', foreign);
  if (!birth) throw new Error('no creation');
  const snapshot = { ...(birth.snapshot as object), status: elsewhere.New };
  team.taiga.store.amend('history_historyentry', birth.id, { snapshot });
  team.writeHistory('issue', foreign, begun, move('New', 'In progress'));
  team.writeHistory('issue', foreign, closed, move('In progress', 'Closed'));

  const found = importIssue(team, project, created, 'Closed', done);
  team.writeHistory('issue', found, begun, {
    diff: { status: [team.column('issue', 'New', project).id, NOT_FOUND] },
    values: { status: { [team.column('issue', 'New', project).id]: 'New', [NOT_FOUND]: 'In review' } },
  });
  team.writeHistory('issue', found, closed, {
    diff: { status: [NOT_FOUND, found.status_id] },
    values: { status: { [NOT_FOUND]: 'In review', [String(found.status_id)]: 'Closed' } },
  });
  // With the time of the import.
  team.taiga.recorder.record(act, 'issue', found);

  const story = insertStory(team.taiga, { at: microsFrom(created), by: act.by }, project, {
    subject: 'From elsewhere',
    status_id: team.column('userstory', 'Done', project).id,
  });
  team.writeHistory('userstory', story, begun, move('New', 'In progress'));
  team.writeHistory('userstory', story, closed, move('In progress', 'Done'));
  // Importers close a story with the time of the import, too.
  team.taiga.store.update('userstories_userstory', story, { finish_date: timestamp(act.at) });
  team.taiga.recorder.record(act, 'userstory', story);
  return { project, issues: [foreign, found], story, moments: [created, begun, closed] };
}

/** Its row alone. */
function importIssue(
  team: Team,
  project: ProjectRow,
  created: string,
  status: string,
  columns: Partial<IssueRow>,
): IssueRow {
  const { store } = team.taiga;
  const id = store.nextId('issues_issue');
  return store.insert('issues_issue', {
    id,
    ref: takeRef(team.taiga, microsFrom(created), project, 'issue', id),
    subject: 'From elsewhere',
    description: '',
    tags: [],
    version: 1,
    is_blocked: false,
    blocked_note: '',
    created_date: created,
    modified_date: created,
    finished_date: null,
    assigned_to_id: null,
    milestone_id: null,
    owner_id: null,
    priority_id: project.default_priority_id,
    project_id: project.id,
    severity_id: project.default_severity_id,
    status_id: team.column('issue', status, project).id,
    type_id: project.default_issue_type_id,
    external_reference: null,
    due_date: null,
    due_date_reason: '',
    ...columns,
  });
}
