-- relations: state, status_label, project
-- When items were blocked while not closed: the spans of taiga_items_blocked.
SELECT s.key, s.kind, s.item_id, p.project, s.valid_from, s.valid_to
FROM state AS s
JOIN project AS p ON p.project_id = s.project_id
LEFT JOIN status_label AS l ON l.status_key = s.status_key
WHERE s.is_blocked AND NOT CASE WHEN s.kind = 'userstory' THEN coalesce(s.is_closed_itself, false) ELSE coalesce(l.is_closed, false) END
