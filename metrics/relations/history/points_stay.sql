-- relations: state, status_label, project, sprint_ever
-- What each story's points counted for, over its life: the spans of taiga_userstory_points, taiga_sprint_points and
-- taiga_sprint_userstories (sprint NULL: in no sprint; points NULL: unestimated).
SELECT
  s.key, s.item_id, p.project, coalesce(l.status, '') AS status, coalesce(l.stage, '') AS stage,
  coalesce(s.is_closed_itself, false) AS is_closed, s.points, m.sprint, s.milestone_id, s.valid_from, s.valid_to
FROM state AS s
JOIN project AS p ON p.project_id = s.project_id
LEFT JOIN status_label AS l ON l.status_key = s.status_key
LEFT JOIN sprint_ever AS m ON m.milestone_id = s.milestone_id
-- CASE, not a plain test, of which PostgreSQL expects next to nothing: it would work out the labels for each row anew.
WHERE CASE WHEN s.kind = 'userstory' THEN TRUE ELSE FALSE END
