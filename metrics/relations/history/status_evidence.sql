-- relations: entry, status_entry, item_record, known_status, any_status, board, stage_rule
-- What history and the tables tell of statuses beyond today: those that are gone, and those whose closed mark was
-- switched, as rows for :statuses (see remembered_status); and when a board had a status that is called like a backlog,
-- where that is not always. Read once, before anything else, with all keys of the projects that are asked about: of other
-- projects it tells only a part.
-- Taiga does not record marks. What it does record:
-- - A task or issue gets a finish date when it is saved in a closed status, keeps it while it goes through closed ones,
--   and loses it in an open one. So where a date is, every status since was closed and the one before was not; where
--   none is, the last status was open; a date later than the last entry tells when the mark was switched.
-- - The rows of a user story without tasks tell after each move whether it is closed; a row that tells so without a
--   move tells of a switch, at its finish date.
-- Between two pieces of evidence the mark is taken to stay as it was; where there is none, as it is today.
WITH with_tasks AS (
  SELECT story[1] AS story_id FROM entry WHERE kind = 'task' AND story IS NOT NULL
  UNION
  SELECT story[2] FROM entry WHERE kind = 'task' AND story IS NOT NULL
  UNION
  SELECT story_id FROM item_record WHERE kind = 'task'
), told AS (
  -- User stories without tasks, as their rows tell, with the status that they were in.
  SELECT
    e.key, e.kind, e.project_id, e.at, e.n, e.finish_date, e.is_closed IS NOT NULL AS tells_closed, e.status IS NOT NULL AS enters,
    (max(ARRAY[e.n, e.is_closed[2]::integer]) FILTER (WHERE e.is_closed IS NOT NULL) OVER same)[2] = 1 AS is_closed,
    (max(ARRAY[e.n, e.status[2]]) FILTER (WHERE e.status IS NOT NULL) OVER same)[2] AS status_id
  FROM entry AS e
  WHERE e.kind = 'userstory' AND e.type <> 3 AND NOT e.is_import AND e.at >= e.recorded_at
    AND NOT (SELECT coalesce(jsonb_object_agg(story_id, 1), '{}') FROM with_tasks WHERE story_id IS NOT NULL) ? e.item_id::text
  WINDOW same AS (PARTITION BY e.key ORDER BY e.n)
), evidence AS (
  SELECT e.status_key, v.at, v.is_closed
  FROM status_entry AS e
  JOIN item_record AS i ON i.history_key = e.key
  CROSS JOIN LATERAL (
    VALUES
      (
        e.at,
        CASE
          -- A row is written a moment after the date is set.
          WHEN e.at >= i.closed_at THEN TRUE
          WHEN e.left_at >= i.closed_at OR e.left_at IS NULL AND coalesce(i.closed_at > e.at + interval '1 minute', TRUE) THEN FALSE
        END
      ),
      (CASE WHEN e.left_at IS NULL AND i.closed_at > e.at + interval '1 minute' THEN i.closed_at END, TRUE)
  ) AS v (at, is_closed)
  WHERE e.kind IN ('task', 'issue') AND NOT e.later AND v.at IS NOT NULL AND v.is_closed IS NOT NULL
  UNION ALL
  SELECT
    kind || ':' || project_id || ':' || status_id,
    CASE WHEN enters OR NOT is_closed THEN at ELSE coalesce(finish_date, at) END,
    is_closed
  FROM told
  WHERE (enters OR tells_closed) AND is_closed IS NOT NULL AND status_id IS NOT NULL
  UNION ALL
  -- A board had a backlog from the first to the last time that one was used.
  SELECT b.board || ':0', v.at, v.has_backlog
  FROM (
    SELECT
      e.kind || ':' || e.project_id AS board,
      min(e.at) AS first_at,
      min(e.at) FILTER (WHERE NOT e.is_closed AND e.status ~* r.name) AS backlog_at,
      max(e.at) FILTER (WHERE NOT e.is_closed AND e.status ~* r.name OR NOT e.from_is_closed AND e.from_status ~* r.name) AS used_at
    FROM status_entry AS e
    CROSS JOIN (SELECT name FROM stage_rule WHERE stage = 'backlog' AND name <> '') AS r
    GROUP BY e.kind, e.project_id
  ) AS b
  JOIN board AS today ON today.board = b.board
  CROSS JOIN LATERAL (
    VALUES
      (CASE WHEN b.first_at < coalesce(b.backlog_at, :now) THEN b.first_at END, FALSE),
      (b.backlog_at, TRUE),
      (CASE WHEN NOT today.has_backlog THEN b.used_at + interval '1 microsecond' END, FALSE)
  ) AS v (at, has_backlog)
  WHERE v.at IS NOT NULL
), marked AS (
  SELECT status_key, at, is_closed, lag(is_closed) OVER (PARTITION BY status_key ORDER BY at, is_closed) AS was_closed
  FROM evidence
  UNION ALL
  SELECT s.status_key, :now, s.is_closed, (max(ARRAY[to_char(e.at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), e.is_closed::text]))[2]::boolean
  FROM (
    SELECT status_key, is_closed FROM any_status
    UNION ALL
    SELECT board || ':0', has_backlog FROM board
  ) AS s
  JOIN evidence AS e ON e.status_key = s.status_key
  GROUP BY s.status_key, s.is_closed
), stretch AS (
  SELECT
    status_key, is_closed,
    CASE WHEN was_closed IS NULL THEN '-infinity' ELSE at END AS valid_from,
    coalesce(lead(at) OVER (PARTITION BY status_key ORDER BY at, is_closed), 'infinity') AS valid_to,
    count(*) OVER (PARTITION BY status_key) AS stretches
  FROM marked
  WHERE is_closed IS DISTINCT FROM was_closed
), gone AS (
  SELECT
    kind, project_id, status_id, status_key,
    (max(ARRAY[to_char(at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), status]) FILTER (WHERE status IS NOT NULL))[2] AS status
  FROM status_entry AS e
  WHERE status_id IS NOT NULL AND NOT EXISTS (SELECT FROM any_status AS s WHERE s.status_key = e.status_key)
  GROUP BY kind, project_id, status_id, status_key
)
SELECT s.kind, s.project_id, s.status_id, s.status, r.is_closed, r.valid_from, r.valid_to
FROM (
  SELECT kind, project_id, status_id, status, status_key FROM any_status
  UNION ALL
  SELECT kind, project_id, 0, '', board || ':0' FROM board
) AS s
JOIN stretch AS r ON r.status_key = s.status_key
WHERE r.stretches > 1
UNION ALL
SELECT g.kind, g.project_id, g.status_id, coalesce(g.status, ''), r.is_closed, coalesce(r.valid_from, '-infinity'), coalesce(r.valid_to, 'infinity')
FROM gone AS g
LEFT JOIN stretch AS r ON r.status_key = g.status_key
