-- relations: status_entry, any_status, key_project
-- The other items whose history must be read with that of the items of :keys, so that their lives are told right, for a few
-- keys: a story's tasks, also those that it once had (see story_toggle); a task's stories (see task_stay); and where an item
-- was in a status that is gone, some others that tell when it went, and where its items came (see status_removal).
WITH own AS (
  SELECT DISTINCT unnest(:keys) AS key
), story AS (
  SELECT key, substring(key FROM '^userstories\.userstory:(\d{1,9})$')::integer AS story_id
  FROM own
  WHERE key ~ '^userstories\.userstory:\d{1,9}$'
), task_row AS (
  -- As narrow as can be: a snapshot is large, and is only read of what is not there any more.
  SELECT
    key, type,
    CASE WHEN type = 1 THEN diff #>> '{user_story,0}' END AS from_story,
    CASE WHEN type = 1 THEN diff #>> '{user_story,1}' END AS to_story
  FROM history_historyentry
  WHERE project_id = ANY (ARRAY(SELECT project_id FROM key_project)) AND key LIKE 'tasks.task:%'
    AND (type <> 1 OR diff ? 'user_story')
    AND EXISTS (SELECT FROM story)
  OFFSET 0
), gone_task AS (
  SELECT DISTINCT key
  FROM task_row AS r
  WHERE type <> 1 AND NOT EXISTS (SELECT FROM tasks_task AS t WHERE 'tasks.task:' || t.id = r.key)
), gone AS (
  SELECT DISTINCT e.key, e.kind, e.project_id, s.status_id
  FROM status_entry AS e
  CROSS JOIN LATERAL (VALUES (e.status_id), (e.from_status_id)) AS s (status_id)
  WHERE s.status_id > 0
    AND NOT EXISTS (SELECT FROM any_status AS a WHERE a.status_key = e.kind || ':' || e.project_id || ':' || s.status_id)
), witness AS (
  SELECT
    g.key, h.key AS companion, g.status_id,
    min(h.at) FILTER (WHERE h.status ->> 0 = g.status_id::text AND h.names ->> g.status_id::text IS NULL) AS unnamed_at,
    max(h.at) AS last_at
  FROM gone AS g
  CROSS JOIN LATERAL (
    SELECT e.key, e.created_at AS at, e.diff -> 'status' AS status, e."values" -> 'status' AS names
    FROM history_historyentry AS e
    WHERE e.project_id = g.project_id AND e.type = 1 AND left(e.key, 1) = left(g.kind, 1)
      AND e.key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$'
    OFFSET 0
  ) AS h
  WHERE g.status_id::text IN (h.status ->> 0, h.status ->> 1)
  GROUP BY g.key, h.key, g.status_id
)
SELECT s.key, 'tasks.task:' || t.id AS companion
FROM story AS s
JOIN tasks_task AS t ON t.user_story_id = s.story_id
UNION
-- A row by which a task came or went.
SELECT s.key, t.key
FROM story AS s
JOIN task_row AS t ON s.story_id::text IN (t.from_story, t.to_story)
UNION
SELECT s.key, t.key
FROM gone_task AS t
CROSS JOIN LATERAL (
  SELECT snapshot ->> 'user_story' AS story_id FROM history_historyentry WHERE key = t.key AND type <> 1 OFFSET 0
) AS h
JOIN story AS s ON s.story_id::text = h.story_id
UNION
SELECT o.key, 'userstories.userstory:' || s.story_id
FROM own AS o
CROSS JOIN LATERAL (
  SELECT unnest(ARRAY[diff #>> '{user_story,0}', diff #>> '{user_story,1}', snapshot ->> 'user_story']) AS story_id
  FROM history_historyentry
  WHERE key = o.key
  UNION ALL
  SELECT user_story_id::text FROM tasks_task WHERE id = substring(o.key FROM '^tasks\.task:(\d{1,9})$')::integer
) AS s
WHERE o.key LIKE 'tasks.task:%' AND s.story_id ~ '^\d{1,9}$'
UNION
SELECT key, companion
FROM (
  SELECT
    *,
    row_number() OVER (PARTITION BY key, status_id ORDER BY unnamed_at, companion) AS nth_unnamed,
    row_number() OVER (PARTITION BY key, status_id ORDER BY last_at DESC, companion) AS nth_last
  FROM witness
) AS w
WHERE nth_unnamed <= 10 AND unnamed_at IS NOT NULL OR nth_last <= 50
