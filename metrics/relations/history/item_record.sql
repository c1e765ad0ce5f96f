-- Epics, user stories, tasks and issues as their tables hold them now. Each table has two roads, so that a plan never has
-- to choose: one pass over everything, or a lookup by primary key for each of :keys.
SELECT 'epic' AS kind, id AS item_id, 'epics.epic:' || id AS history_key, project_id, ref, subject, status_id,
  NULL::boolean AS is_closed_itself, is_blocked, created_date AS created_at, modified_date AS modified_at, NULL::timestamptz AS closed_at,
  NULL::integer AS milestone_id, NULL::integer AS story_id, NULL::integer AS issue_type_id,
  NULL::integer AS severity_id, NULL::integer AS priority_id, NULL::integer AS swimlane_id, NULL::date AS due_date,
  CASE WHEN assigned_to_id IS NULL THEN '{}' ELSE ARRAY[assigned_to_id] END AS assigned,
  NULL::integer AS from_issue_id, NULL::text AS from_task
FROM (
  SELECT * FROM epics_epic WHERE :keys IS NULL
  UNION ALL
  SELECT e.*
  FROM (SELECT DISTINCT substring(k FROM '^epics\.epic:(\d{1,9})$')::integer AS id FROM unnest(:keys) AS k) AS k
  JOIN epics_epic AS e ON e.id = k.id
) AS epic
UNION ALL
SELECT 'userstory', id, 'userstories.userstory:' || id, project_id, ref, subject, status_id,
  is_closed, is_blocked, created_date, modified_date, finish_date,
  milestone_id, NULL, NULL, NULL, NULL, story.swimlane_id, due_date,
  -- The one and the many, which Taiga keeps apart.
  ARRAY(
    SELECT a.user_id FROM userstories_userstory_assigned_users AS a WHERE a.userstory_id = story.id
    UNION
    SELECT story.assigned_to_id WHERE story.assigned_to_id IS NOT NULL
    ORDER BY 1
  ), generated_from_issue_id, story.from_task_ref
-- Before Taiga 5.5 the table has no from_task_ref, before 6 no swimlane_id: there their names mean the NULLs that stand outside.
FROM (SELECT NULL::text AS from_task_ref, NULL::integer AS swimlane_id) AS before_6
CROSS JOIN LATERAL (
  SELECT id, project_id, ref, subject, status_id, is_closed, is_blocked, created_date, modified_date, finish_date, milestone_id,
    swimlane_id, due_date, assigned_to_id, generated_from_issue_id, from_task_ref
  FROM userstories_userstory WHERE :keys IS NULL
  UNION ALL
  SELECT s.id, project_id, ref, subject, status_id, is_closed, is_blocked, created_date, modified_date, finish_date, milestone_id,
    swimlane_id, due_date, assigned_to_id, generated_from_issue_id, from_task_ref
  FROM (SELECT DISTINCT substring(k FROM '^userstories\.userstory:(\d{1,9})$')::integer AS id FROM unnest(:keys) AS k) AS k
  JOIN userstories_userstory AS s ON s.id = k.id
) AS story
UNION ALL
SELECT 'task', id, 'tasks.task:' || id, project_id, ref, subject, status_id,
  NULL, is_blocked, created_date, modified_date, finished_date,
  milestone_id, user_story_id, NULL, NULL, NULL, NULL, due_date,
  CASE WHEN assigned_to_id IS NULL THEN '{}' ELSE ARRAY[assigned_to_id] END, NULL, NULL
FROM (
  SELECT * FROM tasks_task WHERE :keys IS NULL
  UNION ALL
  SELECT t.*
  FROM (SELECT DISTINCT substring(k FROM '^tasks\.task:(\d{1,9})$')::integer AS id FROM unnest(:keys) AS k) AS k
  JOIN tasks_task AS t ON t.id = k.id
) AS task
UNION ALL
SELECT 'issue', id, 'issues.issue:' || id, project_id, ref, subject, status_id,
  NULL, is_blocked, created_date, modified_date, finished_date,
  milestone_id, NULL, type_id, severity_id, priority_id, NULL, due_date,
  CASE WHEN assigned_to_id IS NULL THEN '{}' ELSE ARRAY[assigned_to_id] END, NULL, NULL
FROM (
  SELECT * FROM issues_issue WHERE :keys IS NULL
  UNION ALL
  SELECT i.*
  FROM (SELECT DISTINCT substring(k FROM '^issues\.issue:(\d{1,9})$')::integer AS id FROM unnest(:keys) AS k) AS k
  JOIN issues_issue AS i ON i.id = k.id
) AS issue
