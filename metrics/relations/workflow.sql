-- relations: project, status, board, stage_rule
-- What each status means for flow today. The same rules tell it of the past: see stage_then.
SELECT
  s.status_key, s.name_key, s.kind, s.project_id, p.project, s.status_id, s.status, s.position, s.is_closed,
  r.stage, r.is_guess
FROM status AS s
JOIN project AS p ON p.project_id = s.project_id
JOIN board AS b ON b.board = s.board
CROSS JOIN LATERAL (
  SELECT r.stage, r.is_guess
  FROM stage_rule AS r
  WHERE p.project LIKE r.project
    AND s.kind = coalesce(r.kind, s.kind)
    AND s.status ILIKE r.status
    AND s.status ~* r.name
    AND s.is_closed = coalesce(r.is_closed, s.is_closed)
    AND (NOT r.is_oldest OR NOT b.has_backlog AND s.status_id <= b.oldest_status_id)
  ORDER BY r.precedence
  LIMIT 1
) AS r
