-- relations: entry, life
-- Every time a user story opened (is_closed false; first at its birth) or closed, at the true time.
-- A story with tasks is closed while all its tasks are, at every moment, but no row is written for the story when a
-- task closes or opens it. So two voices are merged: what the story's own rows say (its is_closed at the time of each
-- row), and between them what follows from its tasks' rows. Where those do not explain a closing that a row tells late
-- (the flag of a status was switched), the finish date in that row gives the time, and at last the one in the table.
WITH task_change AS (
  SELECT
    c.key, c.at, c.n, l.died_at, c.status_name,
    (max(c.n || c.status) FILTER (WHERE c.status IS NOT NULL) OVER same)[2] AS status_id,
    (max(c.n || c.story) FILTER (WHERE c.story IS NOT NULL) OVER same)[2] AS story_id
  FROM (
    SELECT key, at, n, status_to_name AS status_name, status[2:2]::bigint[] AS status, story[2:2]::bigint[] AS story
    FROM entry
    WHERE kind = 'task' AND type <> 3 AND (status IS NOT NULL OR story IS NOT NULL)
    UNION ALL
    SELECT key, born_at, 0, NULL, ARRAY[status_id]::bigint[], ARRAY[story_id]::bigint[]
    FROM life
    WHERE kind = 'task' AND born_unrecorded
  ) AS c
  JOIN life AS l ON l.key = c.key
  WINDOW same AS (PARTITION BY c.key ORDER BY c.n)
), task_stay AS (
  SELECT
    c.story_id, c.at AS valid_from,
    coalesce(lead(c.at) OVER (PARTITION BY c.key ORDER BY c.n), c.died_at) AS valid_to,
    coalesce(t.is_closed,
      c.status_name ~* '^(closed|done|archived|finished|resolved|rejected|won''?t ?fix|duplicated?|invalid|cancell?ed|discarded)$',
      false)::integer AS is_closed
  FROM task_change AS c
  LEFT JOIN projects_taskstatus AS t ON t.id = c.status_id
), by_tasks AS (
  SELECT *, lag(is_closed) OVER (PARTITION BY story_id ORDER BY at) AS was_closed
  FROM (
    SELECT
      story_id, at,
      -- NULL: no tasks (left), nothing follows.
      CASE WHEN sum(sum(tasks)) OVER same > 0 THEN sum(sum(tasks)) OVER same = sum(sum(closed_tasks)) OVER same END AS is_closed
    FROM (
      SELECT story_id, valid_from AS at, 1 AS tasks, is_closed AS closed_tasks FROM task_stay
      UNION ALL
      SELECT story_id, valid_to, -1, -is_closed FROM task_stay WHERE valid_to IS NOT NULL
    ) AS d
    WHERE story_id IS NOT NULL
    GROUP BY story_id, at
    WINDOW same AS (PARTITION BY story_id ORDER BY at)
  ) AS c
), voice AS (
  SELECT key, item_id, project_id, at, n, 'story' AS source, is_closed[2] AS is_closed, finish_date, status[2] AS status_id
  FROM entry
  WHERE kind = 'userstory' AND type <> 3
  UNION ALL
  SELECT key, item_id, born_project_id, born_at, -1, 'story', is_closed, NULL, status_id
  FROM life
  WHERE kind = 'userstory'
  UNION ALL
  SELECT l.key, l.item_id, NULL, b.at, 0, 'tasks', b.is_closed, NULL, NULL
  FROM by_tasks AS b
  JOIN life AS l ON l.kind = 'userstory' AND l.item_id = b.story_id
  WHERE b.is_closed IS DISTINCT FROM b.was_closed AND b.at >= l.born_at AND (l.died_at IS NULL OR b.at < l.died_at)
  UNION ALL
  -- The last word has the table: a story closed since its finish date, which no row has told yet. A minute later, so
  -- that a row about it speaks first: the table forgets the date when the story is reopened, and nothing may change then.
  SELECT l.key, l.item_id, NULL, s.finish_date + interval '1 minute', 1000000000, 'table', true, s.finish_date, NULL
  FROM life AS l
  JOIN userstories_userstory AS s ON s.id = l.item_id
  WHERE l.kind = 'userstory' AND s.is_closed AND s.finish_date <= :now
), remembered AS (
  SELECT
    key, item_id, at, position, source, is_closed, finish_date,
    (max(ARRAY[position, project_id]) FILTER (WHERE project_id IS NOT NULL) OVER same)[2] AS project_id,
    (max(ARRAY[position, status_id]) FILTER (WHERE status_id IS NOT NULL) OVER same)[2] AS status_id,
    (max(ARRAY[position, is_closed::integer]) FILTER (WHERE source = 'story' AND is_closed IS NOT NULL) OVER same)[2] = 1 AS told_closed
  FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY at, n) AS position FROM voice) AS v
  WINDOW same AS (PARTITION BY key ORDER BY position)
), judged AS (
  SELECT
    r.*, -- Without tasks (the last one was deleted or moved away) a story goes by the flag of its status.
    CASE WHEN source = 'story' THEN coalesce(told_closed, false) ELSE coalesce(r.is_closed, t.is_closed, false) END AS closes
  FROM remembered AS r
  LEFT JOIN projects_userstorystatus AS t ON t.id = r.status_id
)
SELECT
  key, item_id, project_id, closes AS is_closed, source, position AS n, -- their order, where several have one time
  CASE WHEN source <> 'tasks' AND closes AND finish_date <= at - interval '1 minute' THEN greatest(finish_date, previous_at)
    ELSE at END AS at
FROM (
  SELECT
    *,
    lag(closes) OVER same AS closed_before,
    lag(at) OVER same AS previous_at
  FROM judged
  WINDOW same AS (PARTITION BY key ORDER BY position)
) AS j
WHERE closes IS DISTINCT FROM closed_before
