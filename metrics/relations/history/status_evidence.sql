-- relations: entry, status_entry, item_record, any_status, stage_rule
-- What the history of the items of :keys, and their tables, tell of statuses beyond today; what follows from the history of
-- all items together is concluded in src/taiga/statuses/evidence.ts. By topic:
-- mark: a status was marked as closed at that time, or was not; by a story's rows where story_id is set: these count only
--   while the story never had tasks.
-- tasks: the story has or had tasks.
-- name: what a status that is gone was called at that time.
-- first, backlog, used: the first time of a board that history knows, and the first and last time that it used a status
--   that is called like a backlog.
-- Taiga does not record marks. What it does record:
-- - A task or issue gets a finish date when it is saved in a closed status, keeps it while it goes through closed ones,
--   and loses it in an open one. So where a date is, every status since was closed and the one before was not; where
--   none is, the last status was open; a date later than the last entry tells when the mark was switched.
-- - The rows of a user story without tasks tell after each move whether it is closed; a row that tells so without a
--   move tells of a switch, at its finish date.
WITH with_tasks AS (
  SELECT story[1] AS story_id FROM entry WHERE kind = 'task' AND story IS NOT NULL
  UNION
  SELECT story[2] FROM entry WHERE kind = 'task' AND story IS NOT NULL
  UNION
  SELECT story_id FROM item_record WHERE kind = 'task'
), told AS (
  -- User stories without tasks, as their rows tell, with the status that they were in.
  SELECT
    e.key, e.kind, e.project_id, e.item_id, e.at, e.n, e.finish_date, e.is_closed IS NOT NULL AS tells_closed, e.status IS NOT NULL AS enters,
    (max(ARRAY[e.n, e.is_closed[2]::integer]) FILTER (WHERE e.is_closed IS NOT NULL) OVER same)[2] = 1 AS is_closed,
    (max(ARRAY[e.n, e.status[2]]) FILTER (WHERE e.status IS NOT NULL) OVER same)[2] AS status_id
  FROM entry AS e
  WHERE e.kind = 'userstory' AND e.type <> 3 AND NOT e.is_import AND e.at >= e.recorded_at
    AND NOT (SELECT coalesce(jsonb_object_agg(story_id, 1), '{}') FROM with_tasks WHERE story_id IS NOT NULL) ? e.item_id::text
  WINDOW same AS (PARTITION BY e.key ORDER BY e.n)
), dated AS (
  -- Tasks and issues in their statuses, and their finish dates. A row is written a moment after the date is set.
  SELECT
    e.kind, e.project_id, e.status_id, e.at, e.left_at, i.closed_at,
    e.left_at IS NULL AND i.closed_at > e.at + interval '1 minute' AS is_switched
  FROM status_entry AS e
  JOIN item_record AS i ON i.history_key = e.key
  WHERE e.kind IN ('task', 'issue') AND NOT e.later
), evidence AS (
  SELECT kind, project_id, status_id, NULL::integer AS story_id, at, coalesce(at >= closed_at, FALSE) AS is_closed
  FROM dated
  WHERE at >= closed_at OR left_at >= closed_at OR left_at IS NULL AND coalesce(is_switched, TRUE)
  UNION ALL
  SELECT kind, project_id, status_id, NULL, closed_at, TRUE
  FROM dated
  WHERE is_switched
  UNION ALL
  SELECT
    kind, project_id, status_id, item_id,
    CASE WHEN enters OR NOT is_closed THEN at ELSE coalesce(finish_date, at) END,
    is_closed
  FROM told
  WHERE (enters OR tells_closed) AND is_closed IS NOT NULL AND status_id IS NOT NULL
), board_use AS (
  SELECT
    m.kind, m.project_id,
    min(m.first_at) AS first_at,
    min(m.first_at) FILTER (WHERE NOT m.is_closed AND m.status ~* r.name) AS backlog_at,
    max(m.last_at) FILTER (WHERE NOT m.is_closed AND m.status ~* r.name OR NOT m.from_is_closed AND m.from_status ~* r.name) AS used_at
  FROM (
    -- There are many moves between a few statuses: each name is compared once.
    SELECT kind, project_id, status, is_closed, from_status, from_is_closed, min(at) AS first_at, max(at) AS last_at
    FROM status_entry
    GROUP BY kind, project_id, status, is_closed, from_status, from_is_closed
  ) AS m
  CROSS JOIN (SELECT name FROM stage_rule WHERE stage = 'backlog' AND name <> '') AS r
  GROUP BY m.kind, m.project_id
), gone AS (
  SELECT
    kind, project_id, status_id,
    (max(ARRAY[to_char(at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), status]) FILTER (WHERE status IS NOT NULL))[2] AS status,
    max(at) FILTER (WHERE status IS NOT NULL) AS at
  FROM status_entry AS e
  WHERE status_id IS NOT NULL AND NOT EXISTS (SELECT FROM any_status AS s WHERE s.status_key = e.status_key)
  GROUP BY kind, project_id, status_id
)
SELECT 'mark' AS topic, kind, project_id, status_id, story_id, NULL AS status, is_closed, at
FROM evidence
UNION ALL
SELECT 'tasks', NULL, NULL, NULL, story_id, NULL, NULL, NULL
FROM with_tasks
WHERE story_id IS NOT NULL
UNION ALL
SELECT 'name', kind, project_id, status_id, NULL, status, NULL, at
FROM gone
UNION ALL
SELECT v.topic, b.kind, b.project_id, 0, NULL, NULL, NULL, v.at
FROM board_use AS b
CROSS JOIN LATERAL (VALUES ('first', b.first_at), ('backlog', b.backlog_at), ('used', b.used_at)) AS v (topic, at)
WHERE v.at IS NOT NULL
