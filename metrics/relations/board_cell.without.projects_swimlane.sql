-- relations: workflow
-- Before Taiga 6 boards had no swimlanes.
SELECT
  w.project_id, w.project, w.status_id, w.status, w.stage,
  NULL::integer AS swimlane_id,
  '' AS swimlane,
  s.wip_limit
FROM workflow AS w
JOIN projects_userstorystatus AS s ON s.id = w.status_id
WHERE w.kind = 'userstory'
