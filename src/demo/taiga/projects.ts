import type { Act } from './recorder.js';
import type { ChoiceRow, MembershipRow, ProjectRow, RoleRow, StatusRow, UserRow } from './rows.js';
import type { Taiga } from './taiga.js';
import {
  type ChoiceSpec,
  defaultEpicStatuses,
  defaultIssueStatuses,
  defaultIssueTypes,
  defaultPriorities,
  defaultSeverities,
  defaultStoryStatuses,
  defaultTaskStatuses,
  memberPermissions,
  type ProjectSpec,
  points,
  roles,
  type StatusSpec,
  viewPermissions,
} from './template.js';
import { timestamp } from './time.js';

export function createProject(taiga: Taiga, act: Act, spec: ProjectSpec): ProjectRow {
  const { store, recorder } = taiga;
  const stamp = timestamp(act.at);
  const { isPrivate = true } = spec;
  const project = store.insert('projects_project', {
    id: store.nextId('projects_project'),
    tags: [],
    name: spec.name,
    slug: spec.slug,
    description: spec.description,
    created_date: stamp,
    modified_date: stamp,
    total_milestones: null,
    total_story_points: null,
    is_backlog_activated: spec.modules.includes('backlog'),
    is_kanban_activated: spec.modules.includes('kanban'),
    is_wiki_activated: spec.modules.includes('wiki'),
    is_issues_activated: spec.modules.includes('issues'),
    videoconferences: null,
    videoconferences_extra_data: null,
    anon_permissions: isPrivate ? [] : [...viewPermissions],
    public_permissions: isPrivate ? [] : [...viewPermissions],
    is_private: isPrivate,
    tags_colors: [],
    owner_id: act.by.id,
    creation_template_id: spec.modules.includes('kanban') ? 2 : 1,
    default_issue_status_id: null,
    default_issue_type_id: null,
    default_points_id: null,
    default_priority_id: null,
    default_severity_id: null,
    default_task_status_id: null,
    default_us_status_id: null,
    issues_csv_uuid: null,
    tasks_csv_uuid: null,
    userstories_csv_uuid: null,
    is_featured: false,
    is_looking_for_people: false,
    total_activity: 0,
    total_activity_last_month: 0,
    total_activity_last_week: 0,
    total_activity_last_year: 0,
    total_fans: 0,
    total_fans_last_month: 0,
    total_fans_last_week: 0,
    total_fans_last_year: 0,
    totals_updated_datetime: stamp,
    logo: null,
    looking_for_people_note: '',
    blocked_code: null,
    transfer_token: null,
    is_epics_activated: spec.modules.includes('epics'),
    default_epic_status_id: null,
    epics_csv_uuid: null,
    is_contact_activated: true,
    default_swimlane_id: null,
    archived_code: null,
  });
  fillChoices(taiga, project, spec);
  addMember(taiga, act, project, act.by, 'Product Owner', { admin: true });
  recorder.record(act, 'project', project);
  return project;
}

function fillChoices({ store }: Taiga, project: ProjectRow, spec: ProjectSpec): void {
  for (const [index, role] of roles.entries()) {
    store.insert('users_role', {
      id: store.nextId('users_role'),
      name: role.name,
      slug: role.slug,
      permissions: [...(role.name === 'Stakeholder' ? viewPermissions : memberPermissions)],
      order: (index + 1) * 10,
      computable: role.computable,
      project_id: project.id,
    });
  }
  const pointIds = points.map(([name, value], index) => {
    const id = store.nextId('projects_points');
    return store.insert('projects_points', { id, name, order: index + 1, value, project_id: project.id }).id;
  });
  const choices = (
    table: 'projects_issuetype' | 'projects_severity' | 'projects_priority',
    specs: readonly ChoiceSpec[],
  ): ChoiceRow[] =>
    specs.map((choice, index) =>
      store.insert(table, { id: store.nextId(table), ...choiceRow(project, choice, index) }),
    );
  const statuses = (
    table: 'projects_taskstatus' | 'projects_issuestatus' | 'projects_epicstatus',
    specs: readonly StatusSpec[],
  ): StatusRow[] =>
    specs.map((status, index) =>
      store.insert(table, { id: store.nextId(table), ...statusRow(project, status, index) }),
    );
  const storyStatuses = (spec.storyStatuses ?? defaultStoryStatuses).map((status, index) =>
    store.insert('projects_userstorystatus', {
      id: store.nextId('projects_userstorystatus'),
      ...statusRow(project, status, index),
      wip_limit: status.wipLimit ?? null,
      is_archived: status.archived ?? false,
    }),
  );
  const first = (rows: readonly { readonly id: number }[]): number | null => rows[0]?.id ?? null;
  const normal = (rows: readonly ChoiceRow[]): number | null =>
    (rows.find((row) => row.name === 'Normal') ?? rows[0])?.id ?? null;
  store.update('projects_project', project, {
    default_points_id: pointIds[0] ?? null,
    default_us_status_id: first(storyStatuses),
    default_task_status_id: first(statuses('projects_taskstatus', spec.taskStatuses ?? defaultTaskStatuses)),
    default_issue_status_id: first(
      statuses('projects_issuestatus', spec.issueStatuses ?? defaultIssueStatuses),
    ),
    default_epic_status_id: first(statuses('projects_epicstatus', spec.epicStatuses ?? defaultEpicStatuses)),
    default_issue_type_id: first(choices('projects_issuetype', spec.issueTypes ?? defaultIssueTypes)),
    default_severity_id: normal(choices('projects_severity', spec.severities ?? defaultSeverities)),
    default_priority_id: normal(choices('projects_priority', spec.priorities ?? defaultPriorities)),
  });
}

const choiceRow = (project: ProjectRow, spec: ChoiceSpec, index: number) => ({
  name: spec.name,
  order: spec.order ?? index + 1,
  color: spec.color,
  project_id: project.id,
});

const statusRow = (project: ProjectRow, spec: StatusSpec, index: number) => ({
  ...choiceRow(project, spec, index),
  slug: slugOf(spec.name),
  is_closed: spec.closed ?? false,
});

export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

function roleNamed({ store }: Taiga, project: ProjectRow, name: string): RoleRow {
  const [role] = store.where('users_role', (row) => row.project_id === project.id && row.name === name);
  if (role === undefined) throw new Error(`${project.name} has no role ${name}`);
  return role;
}

interface MemberOptions {
  readonly admin?: boolean;
}

export function addMember(
  taiga: Taiga,
  act: Act,
  project: ProjectRow,
  user: UserRow,
  role: string,
  { admin = false }: MemberOptions = {},
): MembershipRow {
  const membership = taiga.store.insert('projects_membership', {
    ...emptyMembership(taiga, act, project, role),
    is_admin: admin,
    email: admin ? user.email : null,
    user_id: user.id,
    user_order: taiga.store.where('projects_membership', (row) => row.user_id === user.id).length,
  });
  taiga.timeline.tellMembership(act.at, membership, user, 'create');
  return membership;
}

/** A pending invitation is a membership of nobody. */
export function invite(
  taiga: Taiga,
  act: Act,
  project: ProjectRow,
  email: string,
  role: string,
  token: string,
): void {
  taiga.store.insert('projects_membership', {
    ...emptyMembership(taiga, act, project, role),
    email,
    token,
    invited_by_id: act.by.id,
    invitation_extra_text: 'Welcome on board!',
    user_order: Math.floor(act.at / 1000),
  });
}

const emptyMembership = (taiga: Taiga, act: Act, project: ProjectRow, role: string) => ({
  id: taiga.store.nextId('projects_membership'),
  is_admin: false,
  email: null,
  created_at: timestamp(act.at),
  token: null,
  user_id: null,
  project_id: project.id,
  role_id: roleNamed(taiga, project, role).id,
  invited_by_id: null,
  invitation_extra_text: null,
});

/** Leaving deletes the membership and nothing else: items stay assigned. */
export function removeMember(taiga: Taiga, act: Act, project: ProjectRow, user: UserRow): void {
  const [membership] = taiga.store.where(
    'projects_membership',
    (row) => row.project_id === project.id && row.user_id === user.id,
  );
  if (membership === undefined) return;
  taiga.timeline.tellMembership(act.at, membership, user, 'delete');
  taiga.store.remove('projects_membership', membership);
}

/** The planned size, typed into the project's settings. */
export function planProject(
  taiga: Taiga,
  act: Act,
  project: ProjectRow,
  milestones: number,
  total: number,
): void {
  taiga.store.update('projects_project', project, {
    total_milestones: milestones,
    total_story_points: total,
    modified_date: timestamp(act.at),
  });
  taiga.recorder.record(act, 'project', project);
}
