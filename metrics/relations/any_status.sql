-- The statuses of all kinds as they are today, of all projects: an item's history may lead through one that is not
-- exported. Ids are unique within a kind only; status_key is unique, and name_key, too: a board has each name once.
SELECT
  s.kind || ':' || s.project_id || ':' || s.status_id AS status_key,
  s.kind || ':' || s.project_id || ':' || s.status AS name_key,
  s.kind || ':' || s.project_id AS board,
  s.*
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
