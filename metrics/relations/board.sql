-- relations: any_status, remembered_status, stage_rule
-- For each project and kind the oldest status that was ever known (the lowest id: not the first by order, which anybody
-- can drag), and whether that one is its backlog, because none was ever called like one.
SELECT
  s.board,
  min(s.status_id) FILTER (WHERE s.status_id > 0) AS oldest_status_id,
  NOT bool_or(s.is_closed IS NOT TRUE AND s.status ~* r.name) AS oldest_is_backlog
FROM (
  SELECT board, status_id, status, is_closed FROM any_status
  UNION ALL
  SELECT board, status_id, status, is_closed FROM remembered_status
) AS s
CROSS JOIN (SELECT name FROM stage_rule WHERE stage = 'backlog' AND name <> '') AS r
GROUP BY s.board
