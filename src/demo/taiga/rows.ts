/** The rows of the tables, with PostgreSQL's column names. Times are ISO text with microseconds. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface ContentTypeRow {
  id: number;
  app_label: string;
  model: string;
}

export interface UserRow {
  id: number;
  password: string;
  last_login: string | null;
  is_superuser: boolean;
  username: string;
  email: string;
  is_active: boolean;
  full_name: string;
  color: string;
  bio: string;
  photo: string | null;
  date_joined: string;
  lang: string | null;
  timezone: string | null;
  colorize_tags: boolean;
  token: string | null;
  email_token: string | null;
  new_email: string | null;
  is_system: boolean;
  theme: string | null;
  max_private_projects: number | null;
  max_public_projects: number | null;
  max_memberships_private_projects: number | null;
  max_memberships_public_projects: number | null;
  uuid: string;
  accepted_terms: boolean;
  read_new_terms: boolean;
  verified_email: boolean;
  is_staff: boolean;
  date_cancelled: string | null;
}

export interface ProjectRow {
  id: number;
  tags: string[];
  name: string;
  slug: string;
  description: string;
  created_date: string;
  modified_date: string;
  total_milestones: number | null;
  total_story_points: number | null;
  is_backlog_activated: boolean;
  is_kanban_activated: boolean;
  is_wiki_activated: boolean;
  is_issues_activated: boolean;
  videoconferences: string | null;
  videoconferences_extra_data: string | null;
  anon_permissions: string[];
  public_permissions: string[];
  is_private: boolean;
  tags_colors: [string, string | null][];
  owner_id: number | null;
  creation_template_id: number | null;
  default_issue_status_id: number | null;
  default_issue_type_id: number | null;
  default_points_id: number | null;
  default_priority_id: number | null;
  default_severity_id: number | null;
  default_task_status_id: number | null;
  default_us_status_id: number | null;
  issues_csv_uuid: string | null;
  tasks_csv_uuid: string | null;
  userstories_csv_uuid: string | null;
  is_featured: boolean;
  is_looking_for_people: boolean;
  total_activity: number;
  total_activity_last_month: number;
  total_activity_last_week: number;
  total_activity_last_year: number;
  total_fans: number;
  total_fans_last_month: number;
  total_fans_last_week: number;
  total_fans_last_year: number;
  totals_updated_datetime: string;
  logo: string | null;
  looking_for_people_note: string;
  blocked_code: string | null;
  transfer_token: string | null;
  is_epics_activated: boolean;
  default_epic_status_id: number | null;
  epics_csv_uuid: string | null;
  is_contact_activated: boolean;
  default_swimlane_id: number | null;
  archived_code: string | null;
}

export interface RoleRow {
  id: number;
  name: string;
  slug: string;
  permissions: string[];
  order: number;
  computable: boolean;
  project_id: number;
}

export interface MembershipRow {
  id: number;
  is_admin: boolean;
  email: string | null;
  created_at: string;
  token: string | null;
  user_id: number | null;
  project_id: number;
  role_id: number;
  invited_by_id: number | null;
  invitation_extra_text: string | null;
  user_order: number;
}

/** A choice for an item of a project: a type, a severity, a priority. */
export interface ChoiceRow {
  id: number;
  name: string;
  order: number;
  color: string;
  project_id: number;
}

export interface PointsRow {
  id: number;
  name: string;
  order: number;
  value: number | null;
  project_id: number;
}

export interface StatusRow extends ChoiceRow {
  slug: string;
  is_closed: boolean;
}

export interface StoryStatusRow extends StatusRow {
  wip_limit: number | null;
  is_archived: boolean;
}

export interface SwimlaneRow {
  id: number;
  name: string;
  order: number;
  project_id: number;
}

export interface SwimlaneStatusRow {
  id: number;
  wip_limit: number | null;
  status_id: number;
  swimlane_id: number;
}

export interface MilestoneRow {
  id: number;
  name: string;
  slug: string;
  estimated_start: string;
  estimated_finish: string;
  created_date: string;
  modified_date: string;
  closed: boolean;
  disponibility: number | null;
  order: number;
  owner_id: number | null;
  project_id: number;
}

interface WorkItemRow {
  id: number;
  tags: string[];
  version: number;
  is_blocked: boolean;
  blocked_note: string;
  ref: number;
  created_date: string;
  modified_date: string;
  subject: string;
  description: string;
  assigned_to_id: number | null;
  owner_id: number | null;
  project_id: number;
  status_id: number | null;
  external_reference: string[] | null;
}

export interface StoryRow extends WorkItemRow {
  is_closed: boolean;
  backlog_order: number;
  finish_date: string | null;
  client_requirement: boolean;
  team_requirement: boolean;
  generated_from_issue_id: number | null;
  milestone_id: number | null;
  sprint_order: number;
  kanban_order: number;
  tribe_gig: string | null;
  due_date: string | null;
  due_date_reason: string;
  generated_from_task_id: number | null;
  from_task_ref: string | null;
  swimlane_id: number | null;
}

export interface AssignedUserRow {
  id: number;
  userstory_id: number;
  user_id: number;
}

export interface RolePointsRow {
  id: number;
  points_id: number | null;
  role_id: number;
  user_story_id: number;
}

export interface TaskRow extends WorkItemRow {
  finished_date: string | null;
  is_iocaine: boolean;
  milestone_id: number | null;
  user_story_id: number | null;
  taskboard_order: number;
  us_order: number;
  due_date: string | null;
  due_date_reason: string;
}

export interface IssueRow extends WorkItemRow {
  finished_date: string | null;
  milestone_id: number | null;
  priority_id: number | null;
  severity_id: number | null;
  type_id: number | null;
  due_date: string | null;
  due_date_reason: string;
}

export interface EpicRow extends WorkItemRow {
  epics_order: number;
  client_requirement: boolean;
  team_requirement: boolean;
  color: string;
}

export interface RelatedStoryRow {
  id: number;
  order: number;
  epic_id: number;
  user_story_id: number;
}

export interface WikiPageRow {
  id: number;
  version: number;
  slug: string;
  content: string;
  created_date: string;
  modified_date: string;
  last_modifier_id: number | null;
  owner_id: number | null;
  project_id: number;
}

export interface HistoryRow {
  id: string;
  user: { pk: number | null; name: string };
  created_at: string;
  type: 1 | 2 | 3;
  is_snapshot: boolean;
  key: string;
  diff: Json;
  snapshot: Json;
  values: Json;
  comment: string;
  comment_html: string;
  delete_comment_date: string | null;
  delete_comment_user: Json;
  is_hidden: boolean;
  comment_versions: Json;
  edit_comment_date: string | null;
  project_id: number;
  values_diff_cache: Json;
}

export interface TimelineRow {
  id: number;
  object_id: number;
  namespace: string;
  event_type: string;
  project_id: number | null;
  data: Json;
  data_content_type_id: number;
  created: string;
  content_type_id: number;
}

export interface ReferenceRow {
  id: number;
  object_id: number;
  ref: number;
  created_at: string;
  content_type_id: number;
  project_id: number;
}

export interface AttachmentRow {
  id: number;
  object_id: number;
  created_date: string;
  modified_date: string;
  attached_file: string | null;
  is_deprecated: boolean;
  description: string;
  order: number;
  content_type_id: number;
  owner_id: number | null;
  project_id: number;
  name: string;
  size: number | null;
  sha1: string;
  from_comment: boolean;
}

export interface Tables {
  django_content_type: ContentTypeRow;
  users_user: UserRow;
  projects_project: ProjectRow;
  users_role: RoleRow;
  projects_membership: MembershipRow;
  projects_points: PointsRow;
  projects_userstorystatus: StoryStatusRow;
  projects_taskstatus: StatusRow;
  projects_issuestatus: StatusRow;
  projects_epicstatus: StatusRow;
  projects_issuetype: ChoiceRow;
  projects_severity: ChoiceRow;
  projects_priority: ChoiceRow;
  projects_swimlane: SwimlaneRow;
  projects_swimlaneuserstorystatus: SwimlaneStatusRow;
  milestones_milestone: MilestoneRow;
  userstories_userstory: StoryRow;
  userstories_userstory_assigned_users: AssignedUserRow;
  userstories_rolepoints: RolePointsRow;
  tasks_task: TaskRow;
  issues_issue: IssueRow;
  epics_epic: EpicRow;
  epics_relateduserstory: RelatedStoryRow;
  wiki_wikipage: WikiPageRow;
  history_historyentry: HistoryRow;
  timeline_timeline: TimelineRow;
  references_reference: ReferenceRow;
  attachments_attachment: AttachmentRow;
}

export type TableName = keyof Tables;

/** A kind of item in history and the timeline. */
export type Kind =
  | 'userstory'
  | 'task'
  | 'issue'
  | 'epic'
  | 'relateduserstory'
  | 'milestone'
  | 'wikipage'
  | 'project';

export interface KindRows {
  userstory: StoryRow;
  task: TaskRow;
  issue: IssueRow;
  epic: EpicRow;
  relateduserstory: RelatedStoryRow;
  milestone: MilestoneRow;
  wikipage: WikiPageRow;
  project: ProjectRow;
}

/** The Taiga application of each kind: `userstories.userstory:12` is a key of history. */
export const applicationOf: { readonly [kind in Kind]: string } = {
  userstory: 'userstories',
  task: 'tasks',
  issue: 'issues',
  epic: 'epics',
  relateduserstory: 'epics',
  milestone: 'milestones',
  wikipage: 'wiki',
  project: 'projects',
};
