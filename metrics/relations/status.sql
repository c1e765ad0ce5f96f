-- relations: project
-- The statuses of all kinds, as they are called today. Ids are unique within a kind only.
SELECT 'epic' AS kind, s.id AS status_id, s.project_id, s.name AS status, s."order" AS position, s.is_closed
FROM projects_epicstatus AS s
JOIN project USING (project_id)
UNION ALL
SELECT 'userstory', s.id, s.project_id, s.name, s."order", s.is_closed
FROM projects_userstorystatus AS s
JOIN project USING (project_id)
UNION ALL
SELECT 'task', s.id, s.project_id, s.name, s."order", s.is_closed
FROM projects_taskstatus AS s
JOIN project USING (project_id)
UNION ALL
SELECT 'issue', s.id, s.project_id, s.name, s."order", s.is_closed
FROM projects_issuestatus AS s
JOIN project USING (project_id)
