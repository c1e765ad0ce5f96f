/** Taiga's tables that collectors read: columns, types, keys and unique constraints as in Taiga 6.10. */
export const taigaTablesSql = `
-- The installation

CREATE TABLE django_content_type (
  id serial PRIMARY KEY,
  app_label varchar(100) NOT NULL,
  model varchar(100) NOT NULL,
  CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model)
);

CREATE TABLE users_user (
  id serial PRIMARY KEY,
  password varchar(128) NOT NULL,
  last_login timestamptz,
  is_superuser boolean NOT NULL,
  username varchar(255) NOT NULL UNIQUE,
  email varchar(255) NOT NULL,
  is_active boolean NOT NULL,
  full_name varchar(256) NOT NULL,
  color varchar(9) NOT NULL,
  bio text NOT NULL,
  photo varchar(500),
  date_joined timestamptz NOT NULL,
  lang varchar(20),
  timezone varchar(20),
  colorize_tags boolean NOT NULL,
  token varchar(200),
  email_token varchar(200),
  new_email varchar(254),
  is_system boolean NOT NULL,
  theme varchar(100),
  max_private_projects integer,
  max_public_projects integer,
  max_memberships_private_projects integer,
  max_memberships_public_projects integer,
  uuid varchar(32) NOT NULL,
  accepted_terms boolean NOT NULL,
  read_new_terms boolean NOT NULL,
  verified_email boolean NOT NULL,
  is_staff boolean NOT NULL,
  date_cancelled timestamptz,
  CONSTRAINT users_user_email_243f6e77_uniq UNIQUE (email),
  CONSTRAINT users_user_uuid_6fe513d7_uniq UNIQUE (uuid)
);

-- Projects: people, and what an item can be

CREATE TABLE projects_project (
  id serial PRIMARY KEY,
  tags text[],
  name varchar(250) NOT NULL,
  slug varchar(250) NOT NULL UNIQUE,
  description text NOT NULL,
  created_date timestamptz NOT NULL,
  modified_date timestamptz NOT NULL,
  total_milestones integer,
  total_story_points float8,
  is_backlog_activated boolean NOT NULL,
  is_kanban_activated boolean NOT NULL,
  is_wiki_activated boolean NOT NULL,
  is_issues_activated boolean NOT NULL,
  videoconferences varchar(250),
  videoconferences_extra_data varchar(250),
  anon_permissions text[],
  public_permissions text[],
  is_private boolean NOT NULL,
  tags_colors text[],
  owner_id integer,
  creation_template_id integer,
  default_issue_status_id integer UNIQUE,
  default_issue_type_id integer UNIQUE,
  default_points_id integer UNIQUE,
  default_priority_id integer UNIQUE,
  default_severity_id integer UNIQUE,
  default_task_status_id integer UNIQUE,
  default_us_status_id integer UNIQUE,
  issues_csv_uuid varchar(32),
  tasks_csv_uuid varchar(32),
  userstories_csv_uuid varchar(32),
  is_featured boolean NOT NULL,
  is_looking_for_people boolean NOT NULL,
  total_activity integer NOT NULL CHECK (total_activity >= 0),
  total_activity_last_month integer NOT NULL CHECK (total_activity_last_month >= 0),
  total_activity_last_week integer NOT NULL CHECK (total_activity_last_week >= 0),
  total_activity_last_year integer NOT NULL CHECK (total_activity_last_year >= 0),
  total_fans integer NOT NULL CHECK (total_fans >= 0),
  total_fans_last_month integer NOT NULL CHECK (total_fans_last_month >= 0),
  total_fans_last_week integer NOT NULL CHECK (total_fans_last_week >= 0),
  total_fans_last_year integer NOT NULL CHECK (total_fans_last_year >= 0),
  totals_updated_datetime timestamptz NOT NULL,
  logo varchar(500),
  looking_for_people_note text NOT NULL,
  blocked_code varchar(255),
  transfer_token varchar(255),
  is_epics_activated boolean NOT NULL,
  default_epic_status_id integer UNIQUE,
  epics_csv_uuid varchar(32),
  is_contact_activated boolean NOT NULL,
  default_swimlane_id integer UNIQUE,
  archived_code varchar(255)
);

CREATE TABLE users_role (
  id serial PRIMARY KEY,
  name varchar(200) NOT NULL,
  slug varchar(250) NOT NULL,
  permissions text[],
  "order" integer NOT NULL,
  computable boolean NOT NULL,
  project_id integer,
  CONSTRAINT users_role_slug_project_id_db8c270c_uniq UNIQUE (slug, project_id)
);

CREATE TABLE projects_membership (
  id serial PRIMARY KEY,
  is_admin boolean NOT NULL,
  email varchar(255),
  created_at timestamptz NOT NULL,
  token varchar(60),
  user_id integer,
  project_id integer NOT NULL,
  role_id integer NOT NULL,
  invited_by_id integer,
  invitation_extra_text text,
  user_order bigint NOT NULL,
  CONSTRAINT projects_membership_user_id_project_id_a2829f61_uniq UNIQUE (user_id, project_id)
);

CREATE TABLE projects_points (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  "order" integer NOT NULL,
  value float8,
  project_id integer NOT NULL,
  CONSTRAINT projects_points_project_id_name_900c69f4_uniq UNIQUE (project_id, name)
);

CREATE TABLE projects_userstorystatus (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  "order" integer NOT NULL,
  is_closed boolean NOT NULL,
  color varchar(20) NOT NULL,
  wip_limit integer,
  project_id integer NOT NULL,
  slug varchar(255) NOT NULL,
  is_archived boolean NOT NULL,
  CONSTRAINT projects_userstorystatus_project_id_name_7c0a1351_uniq UNIQUE (project_id, name),
  CONSTRAINT projects_userstorystatus_project_id_slug_97a888b5_uniq UNIQUE (project_id, slug)
);

CREATE TABLE projects_taskstatus (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  "order" integer NOT NULL,
  is_closed boolean NOT NULL,
  color varchar(20) NOT NULL,
  project_id integer NOT NULL,
  slug varchar(255) NOT NULL,
  CONSTRAINT projects_taskstatus_project_id_name_4b65b78f_uniq UNIQUE (project_id, name),
  CONSTRAINT projects_taskstatus_project_id_slug_30401ba3_uniq UNIQUE (project_id, slug)
);

CREATE TABLE projects_issuestatus (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  "order" integer NOT NULL,
  is_closed boolean NOT NULL,
  color varchar(20) NOT NULL,
  project_id integer NOT NULL,
  slug varchar(255) NOT NULL,
  CONSTRAINT projects_issuestatus_project_id_name_a88dd6c0_uniq UNIQUE (project_id, name),
  CONSTRAINT projects_issuestatus_project_id_slug_ca3e758d_uniq UNIQUE (project_id, slug)
);

CREATE TABLE projects_epicstatus (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  slug varchar(255) NOT NULL,
  "order" integer NOT NULL,
  is_closed boolean NOT NULL,
  color varchar(20) NOT NULL,
  project_id integer NOT NULL,
  CONSTRAINT projects_epicstatus_project_id_name_b71c417e_uniq UNIQUE (project_id, name),
  CONSTRAINT projects_epicstatus_project_id_slug_f67857e5_uniq UNIQUE (project_id, slug)
);

CREATE TABLE projects_issuetype (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  "order" integer NOT NULL,
  color varchar(20) NOT NULL,
  project_id integer NOT NULL,
  CONSTRAINT projects_issuetype_project_id_name_41b47d87_uniq UNIQUE (project_id, name)
);

CREATE TABLE projects_severity (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  "order" integer NOT NULL,
  color varchar(20) NOT NULL,
  project_id integer NOT NULL,
  CONSTRAINT projects_severity_project_id_name_6187c456_uniq UNIQUE (project_id, name)
);

CREATE TABLE projects_priority (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  "order" integer NOT NULL,
  color varchar(20) NOT NULL,
  project_id integer NOT NULL,
  CONSTRAINT projects_priority_project_id_name_ca316bb1_uniq UNIQUE (project_id, name)
);

CREATE TABLE projects_swimlane (
  id serial PRIMARY KEY,
  name text NOT NULL,
  "order" bigint NOT NULL,
  project_id integer NOT NULL,
  CONSTRAINT projects_swimlane_project_id_name_a949892d_uniq UNIQUE (project_id, name)
);

CREATE TABLE projects_swimlaneuserstorystatus (
  id serial PRIMARY KEY,
  wip_limit integer,
  status_id integer NOT NULL,
  swimlane_id integer NOT NULL,
  CONSTRAINT projects_swimlaneusersto_swimlane_id_status_id_d6ff394d_uniq UNIQUE (swimlane_id, status_id)
);

-- Sprints and items

CREATE TABLE milestones_milestone (
  id serial PRIMARY KEY,
  name varchar(200) NOT NULL,
  slug varchar(250) NOT NULL,
  estimated_start date NOT NULL,
  estimated_finish date NOT NULL,
  created_date timestamptz NOT NULL,
  modified_date timestamptz NOT NULL,
  closed boolean NOT NULL,
  disponibility float8,
  "order" smallint NOT NULL CHECK ("order" >= 0),
  owner_id integer,
  project_id integer NOT NULL,
  CONSTRAINT milestones_milestone_name_project_id_fe19fd36_uniq UNIQUE (name, project_id),
  CONSTRAINT milestones_milestone_slug_project_id_e59bac6a_uniq UNIQUE (slug, project_id)
);

CREATE TABLE userstories_userstory (
  id serial PRIMARY KEY,
  tags text[],
  version integer NOT NULL,
  is_blocked boolean NOT NULL,
  blocked_note text NOT NULL,
  ref bigint,
  is_closed boolean NOT NULL,
  backlog_order bigint NOT NULL,
  created_date timestamptz NOT NULL,
  modified_date timestamptz NOT NULL,
  finish_date timestamptz,
  subject text NOT NULL,
  description text NOT NULL,
  client_requirement boolean NOT NULL,
  team_requirement boolean NOT NULL,
  assigned_to_id integer,
  generated_from_issue_id integer,
  milestone_id integer,
  owner_id integer,
  project_id integer NOT NULL,
  status_id integer,
  sprint_order bigint NOT NULL,
  kanban_order bigint NOT NULL,
  external_reference text[],
  tribe_gig text,
  due_date date,
  due_date_reason text NOT NULL,
  generated_from_task_id integer,
  from_task_ref text,
  swimlane_id integer
);

CREATE TABLE userstories_userstory_assigned_users (
  id serial PRIMARY KEY,
  userstory_id integer NOT NULL,
  user_id integer NOT NULL,
  CONSTRAINT userstories_userstory_as_userstory_id_user_id_beae1231_uniq UNIQUE (userstory_id, user_id)
);

CREATE TABLE userstories_rolepoints (
  id serial PRIMARY KEY,
  points_id integer,
  role_id integer NOT NULL,
  user_story_id integer NOT NULL,
  CONSTRAINT userstories_rolepoints_user_story_id_role_id_dc0ba15e_uniq UNIQUE (user_story_id, role_id)
);

CREATE TABLE tasks_task (
  id serial PRIMARY KEY,
  tags text[],
  version integer NOT NULL,
  is_blocked boolean NOT NULL,
  blocked_note text NOT NULL,
  ref bigint,
  created_date timestamptz NOT NULL,
  modified_date timestamptz NOT NULL,
  finished_date timestamptz,
  subject text NOT NULL,
  description text NOT NULL,
  is_iocaine boolean NOT NULL,
  assigned_to_id integer,
  milestone_id integer,
  owner_id integer,
  project_id integer NOT NULL,
  status_id integer,
  user_story_id integer,
  taskboard_order bigint NOT NULL,
  us_order bigint NOT NULL,
  external_reference text[],
  due_date date,
  due_date_reason text NOT NULL
);

CREATE TABLE issues_issue (
  id serial PRIMARY KEY,
  tags text[],
  version integer NOT NULL,
  is_blocked boolean NOT NULL,
  blocked_note text NOT NULL,
  ref bigint,
  created_date timestamptz NOT NULL,
  modified_date timestamptz NOT NULL,
  finished_date timestamptz,
  subject text NOT NULL,
  description text NOT NULL,
  assigned_to_id integer,
  milestone_id integer,
  owner_id integer,
  priority_id integer,
  project_id integer NOT NULL,
  severity_id integer,
  status_id integer,
  type_id integer,
  external_reference text[],
  due_date date,
  due_date_reason text NOT NULL
);

CREATE TABLE epics_epic (
  id serial PRIMARY KEY,
  tags text[],
  version integer NOT NULL,
  is_blocked boolean NOT NULL,
  blocked_note text NOT NULL,
  ref bigint,
  epics_order bigint NOT NULL,
  created_date timestamptz NOT NULL,
  modified_date timestamptz NOT NULL,
  subject text NOT NULL,
  description text NOT NULL,
  client_requirement boolean NOT NULL,
  team_requirement boolean NOT NULL,
  assigned_to_id integer,
  owner_id integer,
  project_id integer NOT NULL,
  status_id integer,
  color varchar(32) NOT NULL,
  external_reference text[]
);

CREATE TABLE epics_relateduserstory (
  id serial PRIMARY KEY,
  "order" bigint NOT NULL,
  epic_id integer NOT NULL,
  user_story_id integer NOT NULL,
  CONSTRAINT epics_relateduserstory_user_story_id_epic_id_ad704d40_uniq UNIQUE (user_story_id, epic_id)
);

-- What happened

CREATE TABLE history_historyentry (
  id varchar(255) PRIMARY KEY,
  "user" jsonb,
  created_at timestamptz,
  type smallint,
  is_snapshot boolean,
  key varchar(255),
  diff jsonb,
  snapshot jsonb,
  "values" jsonb,
  comment text,
  comment_html text,
  delete_comment_date timestamptz,
  delete_comment_user jsonb,
  is_hidden boolean,
  comment_versions jsonb,
  edit_comment_date timestamptz,
  project_id integer NOT NULL,
  values_diff_cache jsonb
);

CREATE TABLE timeline_timeline (
  id serial PRIMARY KEY,
  object_id integer NOT NULL CHECK (object_id >= 0),
  namespace varchar(250) NOT NULL,
  event_type varchar(250) NOT NULL,
  project_id integer,
  data jsonb NOT NULL,
  data_content_type_id integer NOT NULL,
  created timestamptz NOT NULL,
  content_type_id integer NOT NULL
);

CREATE TABLE references_reference (
  id serial PRIMARY KEY,
  object_id integer NOT NULL CHECK (object_id >= 0),
  ref bigint NOT NULL,
  created_at timestamptz NOT NULL,
  content_type_id integer NOT NULL,
  project_id integer NOT NULL,
  CONSTRAINT references_reference_project_id_ref_82d64d63_uniq UNIQUE (project_id, ref)
);

CREATE TABLE attachments_attachment (
  id serial PRIMARY KEY,
  object_id integer NOT NULL CHECK (object_id >= 0),
  created_date timestamptz NOT NULL,
  modified_date timestamptz NOT NULL,
  attached_file varchar(500),
  is_deprecated boolean NOT NULL,
  description text NOT NULL,
  "order" integer NOT NULL,
  content_type_id integer NOT NULL,
  owner_id integer,
  project_id integer NOT NULL,
  name varchar(500) NOT NULL,
  size integer,
  sha1 varchar(40) NOT NULL,
  from_comment boolean NOT NULL
);

CREATE TABLE wiki_wikipage (
  id serial PRIMARY KEY,
  version integer NOT NULL,
  slug varchar(500) NOT NULL,
  content text NOT NULL,
  created_date timestamptz NOT NULL,
  modified_date timestamptz NOT NULL,
  last_modifier_id integer,
  owner_id integer,
  project_id integer NOT NULL,
  CONSTRAINT wiki_wikipage_project_id_slug_cb5b63e2_uniq UNIQUE (project_id, slug)
);
`;
