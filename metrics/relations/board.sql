-- relations: any_status, remembered_status, stage_rule
-- For each project and kind the oldest status that was ever known (the lowest id: not the first by order, which anybody
-- can drag), and whether one of today is called like a backlog. Where none is, the oldest is the board's backlog.
SELECT
  s.board, s.kind, s.project_id,
  min(s.status_id) AS oldest_status_id,
  coalesce(bool_or(s.status ~* r.name) FILTER (WHERE NOT s.is_closed), FALSE) AS has_backlog
FROM (
  SELECT board, kind, project_id, status_id, status, is_closed FROM any_status
  UNION ALL
  SELECT board, kind, project_id, status_id, status, TRUE FROM remembered_status
) AS s
CROSS JOIN (SELECT name FROM stage_rule WHERE stage = 'backlog' AND name <> '') AS r
WHERE s.status_id > 0
GROUP BY s.board, s.kind, s.project_id
