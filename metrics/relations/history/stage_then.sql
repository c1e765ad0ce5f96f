-- relations: status_entry, board, stage_rule, project
-- The stage of each status under each name and mark that history met it with: a status that was renamed, switched or
-- deleted since goes by what it was then. The same rules tell it of today: see workflow.
SELECT n.status_then, r.stage
FROM (
  SELECT status_then, kind, project_id, status_id, coalesce(status, '') AS status, is_closed, without_backlog
  FROM status_entry
  WHERE status_then IS NOT NULL
  UNION
  SELECT from_status_then, kind, project_id, from_status_id, coalesce(from_status, ''), from_is_closed, from_without_backlog
  FROM status_entry
  WHERE is_move AND from_status_then IS NOT NULL
) AS n
JOIN project AS p ON p.project_id = n.project_id
LEFT JOIN board AS b ON b.board = n.kind || ':' || n.project_id
CROSS JOIN LATERAL (
  SELECT r.stage
  FROM stage_rule AS r
  WHERE p.project LIKE r.project
    AND n.kind = coalesce(r.kind, n.kind)
    AND n.status ILIKE r.status
    AND n.status ~* r.name
    AND n.is_closed = coalesce(r.is_closed, n.is_closed)
    AND (NOT r.is_oldest OR n.without_backlog AND n.status_id > 0 AND n.status_id <= b.oldest_status_id)
  ORDER BY r.precedence
  LIMIT 1
) AS r
OFFSET 0
