-- relations: entry, life, status_entry, status_mark
-- Every time that something settled whether a user story is closed, at the true time: at first its birth.
-- A story with tasks is closed while all its tasks are, at every moment, but no row is written for the story when a
-- task closes or opens it. So two voices are merged: what the story's own rows say (its is_closed at the time of each
-- row), and between them what follows from its tasks' rows. Where those do not explain a closing that a row tells late,
-- the finish date in that row gives the time, and at last the one in the table.
-- changes: it closed or opened. caused: by what somebody did with the story or its tasks. Not caused are closings and
-- openings by a status whose mark was switched or that was deleted: Taiga tells of them late, or only in its table.
WITH task_change AS (
  SELECT
    c.key, c.at, c.n, l.died_at,
    (max(c.n || c.closed) FILTER (WHERE c.closed IS NOT NULL) OVER same)[2] AS is_closed,
    (max(c.n || c.story) FILTER (WHERE c.story IS NOT NULL) OVER same)[2] AS story_id
  FROM (
    SELECT key, at, n, ARRAY[is_closed::integer]::bigint[] AS closed, NULL::bigint[] AS story
    FROM status_entry
    WHERE kind = 'task'
    UNION ALL
    SELECT e.key, e.at, e.n, NULL, e.story[2:2]::bigint[]
    FROM entry AS e
    JOIN life AS l ON l.key = e.key
    WHERE e.kind = 'task' AND e.type <> 3 AND NOT e.is_import AND e.story IS NOT NULL AND NOT coalesce(l.has_foreign_story, false)
    UNION ALL
    SELECT l.key, l.born_at, 0, ARRAY[coalesce(m.is_closed, false)::integer]::bigint[], ARRAY[l.story_id]::bigint[]
    FROM life AS l
    LEFT JOIN status_mark AS m
      ON m.status_key = 'task:' || l.born_project_id || ':' || l.status_id AND l.born_at >= m.valid_from AND l.born_at < m.valid_to
    WHERE l.kind = 'task' AND (l.born_unrecorded OR l.has_foreign_story)
  ) AS c
  JOIN life AS l ON l.key = c.key
  WINDOW same AS (PARTITION BY c.key ORDER BY c.n)
), task_stay AS (
  SELECT
    c.story_id, c.at AS valid_from,
    coalesce(lead(c.at) OVER (PARTITION BY c.key ORDER BY c.n), c.died_at) AS valid_to,
    coalesce(c.is_closed, 0) AS is_closed
  FROM task_change AS c
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
  SELECT
    e.key, e.item_id, e.project_id, e.at, e.n, 'story' AS source,
    -- What an importer wrote of the time before does not mention it: then the story's status tells.
    coalesce(e.is_closed[2], CASE WHEN e.at < e.recorded_at - interval '1 minute' THEN s.is_closed END) AS is_closed,
    s.is_closed AS in_closed_status,
    e.finish_date, s.key IS NOT NULL AS caused
  FROM entry AS e
  LEFT JOIN status_entry AS s ON s.entry_id = e.entry_id AND s.key = e.key
  WHERE e.kind = 'userstory' AND e.type <> 3
  UNION ALL
  SELECT l.key, l.item_id, l.born_project_id, l.born_at, -1, 'story', l.is_closed, m.is_closed, NULL, true
  FROM life AS l
  LEFT JOIN status_mark AS m
    ON m.status_key = 'userstory:' || l.born_project_id || ':' || l.status_id AND l.born_at >= m.valid_from AND l.born_at < m.valid_to
  WHERE l.kind = 'userstory'
  UNION ALL
  SELECT l.key, l.item_id, NULL, b.at, 0, 'tasks', b.is_closed, NULL, NULL, true
  FROM by_tasks AS b
  -- CASE, not a plain test, of which PostgreSQL expects next to nothing: it would work out by_tasks for each story anew.
  JOIN life AS l ON CASE WHEN l.kind = 'userstory' THEN TRUE ELSE FALSE END AND l.item_id = b.story_id
  WHERE b.is_closed IS DISTINCT FROM b.was_closed AND b.at >= l.born_at AND (l.died_at IS NULL OR b.at < l.died_at)
  UNION ALL
  -- The last word has the table: a story closed since its finish date, which no row has told yet. A minute later, so
  -- that a row about it speaks first: the table forgets the date when the story is reopened, and nothing may change then.
  SELECT l.key, l.item_id, NULL, s.finish_date + interval '1 minute', 1000000000, 'table', true, NULL, s.finish_date, l.born_unrecorded
  FROM life AS l
  JOIN userstories_userstory AS s ON s.id = l.item_id
  WHERE l.kind = 'userstory' AND s.is_closed AND s.finish_date <= :now
), remembered AS (
  SELECT
    key, item_id, at, position, source, is_closed, finish_date, caused,
    (max(ARRAY[position, project_id]) FILTER (WHERE project_id IS NOT NULL) OVER same)[2] AS project_id,
    (max(ARRAY[position, in_closed_status::integer]) FILTER (WHERE in_closed_status IS NOT NULL) OVER same)[2] = 1 AS in_closed_status,
    (max(ARRAY[position, is_closed::integer]) FILTER (WHERE source = 'story' AND is_closed IS NOT NULL) OVER same)[2] = 1 AS told_closed
  FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY at, n) AS position FROM voice) AS v
  WINDOW same AS (PARTITION BY key ORDER BY position)
), settled AS (
  SELECT
    *, -- Without tasks (the last one was deleted or moved away) a story goes by the mark of its status.
    CASE WHEN source = 'story' THEN coalesce(told_closed, false) ELSE coalesce(is_closed, in_closed_status, false) END AS closes
  FROM remembered
)
SELECT
  key, item_id, project_id, closes AS is_closed, source, position AS n, -- their order, where several have one time
  caused, closes IS DISTINCT FROM closed_before AS changes,
  CASE WHEN source <> 'tasks' AND closes AND closes IS DISTINCT FROM closed_before AND finish_date <= at - interval '1 minute'
    THEN greatest(finish_date, previous_at) ELSE at END AS at
FROM (
  SELECT
    *,
    lag(closes) OVER same AS closed_before,
    lag(at) OVER same AS previous_at
  FROM settled
  WINDOW same AS (PARTITION BY key ORDER BY position)
) AS j
WHERE caused OR closes IS DISTINCT FROM closed_before
