-- relations: status_entry, status, project
-- The stage of each status under each name that history met it with. It rests on what cannot change later: a configured
-- rule looks at the name of that moment; without one, the name again, and the board's oldest status (its lowest id, in the
-- place of the first by order, which anybody can drag) is the backlog. Only whether it is closed must be asked of today's
-- flag: a team that has written rules for its closed statuses is safe from that too.
SELECT
  n.status_key || ' ' || n.status AS status_then, -- one column to join by; the planner overrates several
  coalesce(
    r.stage,
    CASE
      WHEN f.is_closed AND n.status ~* '^(rejected|won''?t ?fix|duplicated?|postponed|invalid|cancell?ed|discarded)$' THEN 'discarded'
      WHEN f.is_closed THEN 'done'
      WHEN n.status_id <= o.oldest_status_id OR n.status ~* '^(new|backlog|inbox|to ?do)$' THEN 'backlog'
      WHEN n.status ~* '^ready$' THEN 'ready'
      WHEN n.status ~* '^(blocked|needs info|ready for (test|review)|on hold)' THEN 'waiting'
      ELSE 'active'
    END) AS stage
FROM (
  SELECT kind, min(project_id) AS project_id, status_id, status_key, status
  FROM (
    SELECT kind, project_id, status_id, status_key, coalesce(status, '') AS status FROM status_entry
    UNION
    SELECT kind, project_id, from_status_id, from_status_key, coalesce(from_status, '') FROM status_entry WHERE is_move
  ) AS both_ends
  WHERE status_key IS NOT NULL
  GROUP BY kind, status_id, status_key, status
) AS n
JOIN project AS p ON p.project_id = n.project_id
LEFT JOIN status AS s ON s.status_key = n.status_key
LEFT JOIN (SELECT kind || ':' || project_id AS board, min(status_id) AS oldest_status_id FROM status GROUP BY kind, project_id) AS o
  ON o.board = n.kind || ':' || n.project_id
LEFT JOIN LATERAL (
  SELECT rule ->> 'stage' AS stage
  FROM jsonb_array_elements(:workflow) WITH ORDINALITY AS rules (rule, number)
  WHERE p.project LIKE coalesce(rule ->> 'project', '%')
    AND n.kind = coalesce(rule ->> 'kind', n.kind)
    AND n.status ILIKE coalesce(rule ->> 'status', '%')
  ORDER BY number
  LIMIT 1
) AS r ON true
CROSS JOIN LATERAL (
  SELECT coalesce(s.is_closed,
    n.status ~* '^(closed|done|archived|finished|resolved|rejected|won''?t ?fix|duplicated?|invalid|cancell?ed|discarded)$') AS is_closed
) AS f
OFFSET 0
