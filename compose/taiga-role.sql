-- For psql, with :password set: see docs/database.md.
SELECT 'CREATE ROLE bugflow' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bugflow') \gexec
-- The service and the two that run once beside it.
ALTER ROLE bugflow LOGIN PASSWORD :'password' CONNECTION LIMIT 12;
ALTER ROLE bugflow SET default_transaction_read_only = on;
GRANT CONNECT ON DATABASE :"DBNAME" TO bugflow;
GRANT USAGE ON SCHEMA public TO bugflow;
GRANT SELECT ON
  projects_project, projects_membership, projects_points,
  projects_epicstatus, projects_userstorystatus, projects_taskstatus, projects_issuestatus,
  projects_issuetype, projects_severity, projects_priority,
  projects_swimlane, projects_swimlaneuserstorystatus,
  users_role, milestones_milestone,
  epics_epic, epics_relateduserstory,
  userstories_userstory, userstories_userstory_assigned_users, userstories_rolepoints,
  tasks_task, issues_issue,
  history_historyentry, timeline_timeline
TO bugflow;
-- Of people only what labels show: neither passwords nor addresses nor tokens.
GRANT SELECT (id, username, full_name) ON users_user TO bugflow;
