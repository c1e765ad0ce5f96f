-- relations: project
-- The statuses of all kinds, as they are called today. Ids are unique within a kind only; status_key is unique.
SELECT s.kind || ':' || s.status_id AS status_key, s.*
FROM (
  SELECT 'epic' AS kind, id AS status_id, project_id, name AS status, "order" AS position, is_closed
  FROM projects_epicstatus
  UNION ALL
  SELECT 'userstory', id, project_id, name, "order", is_closed
  FROM projects_userstorystatus
  UNION ALL
  SELECT 'task', id, project_id, name, "order", is_closed
  FROM projects_taskstatus
  UNION ALL
  SELECT 'issue', id, project_id, name, "order", is_closed
  FROM projects_issuestatus
) AS s
JOIN project USING (project_id)
