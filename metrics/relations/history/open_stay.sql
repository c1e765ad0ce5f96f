-- relations: state, status_label, project
-- Every item while it was not closed, as it was from when to when: what gauges of open work over the past count.
SELECT
  s.key, s.kind, s.item_id, s.project_id, p.project, coalesce(l.status, '') AS status, coalesce(l.stage, '') AS stage,
  s.is_blocked, s.due_date, s.assigned, s.valid_from, s.valid_to
FROM state AS s
JOIN project AS p ON p.project_id = s.project_id
LEFT JOIN status_label AS l ON l.status_key = s.status_key
-- A story by its own flag, which follows its tasks; the others by their status.
WHERE NOT CASE WHEN s.kind = 'userstory' THEN coalesce(s.is_closed_itself, FALSE) ELSE coalesce(l.is_closed, FALSE) END
