-- relations: state, status_label, project
-- Each issue's status, type, severity and priority over its life, as they are called today ('' when none, or deleted):
-- the spans of taiga_issues.
SELECT
  s.key, s.item_id, p.project, coalesce(l.status, '') AS status, coalesce(l.stage, '') AS stage,
  coalesce(t.name, '') AS issue_type, coalesce(v.name, '') AS severity, coalesce(r.name, '') AS priority,
  s.valid_from, s.valid_to
FROM state AS s
JOIN project AS p ON p.project_id = s.project_id
LEFT JOIN status_label AS l ON l.status_key = s.status_key
LEFT JOIN projects_issuetype AS t ON t.id = s.issue_type_id AND t.project_id = s.project_id
LEFT JOIN projects_severity AS v ON v.id = s.severity_id AND v.project_id = s.project_id
LEFT JOIN projects_priority AS r ON r.id = s.priority_id AND r.project_id = s.project_id
-- CASE, not a plain test, of which PostgreSQL expects next to nothing: it would work out the labels for each row anew.
WHERE CASE WHEN s.kind = 'issue' THEN TRUE ELSE FALSE END
