-- relations: project
-- Every sprint of the exported projects that its table or history knows: from when to when it was there (ended_at NULL: it
-- is), under its slug, which is made once, and its name; of one that was deleted the last name that history knows. One
-- that went without a row ends at :now, or when another took its slug. later: it has rows after :now.
-- Found by the index on the beginning of the key.
WITH told AS (
  SELECT
    milestone_id,
    min(at) AS first_at,
    min(at) FILTER (WHERE type = 2) AS recorded_at,
    max(at) FILTER (WHERE type = 3) AS deleted_at,
    bool_or(at > :now) AS later,
    -- Times as text, so that the greatest of (time, value) is the last value.
    (max(ARRAY[moment, project_id::text]))[2]::integer AS project_id,
    (max(ARRAY[moment, slug]) FILTER (WHERE slug IS NOT NULL))[2] AS slug,
    (max(ARRAY[moment, name]) FILTER (WHERE name IS NOT NULL AND at <= :now))[2] AS name
  FROM (
    SELECT
      substring(key FROM '^milestones\.milestone:(\d{1,9})$')::integer AS milestone_id, project_id, type,
      created_at AS at, to_char(created_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS') AS moment,
      snapshot ->> 'slug' AS slug,
      CASE WHEN type = 1 THEN diff -> 'name' ->> 1 ELSE snapshot ->> 'name' END AS name
    FROM history_historyentry
    WHERE key LIKE 'milestones.milestone:%' AND created_at IS NOT NULL
  ) AS h
  WHERE milestone_id IS NOT NULL
  GROUP BY milestone_id
), dated AS (
  SELECT
    coalesce(m.id, t.milestone_id) AS milestone_id, coalesce(m.project_id, t.project_id) AS project_id,
    coalesce(m.slug, t.slug) AS sprint, coalesce(m.name, t.name, '') AS sprint_name,
    m.id IS NOT NULL AS exists_now, coalesce(t.later, FALSE) AS later, t.deleted_at,
    -- As of items (see life): the row is written a moment after what it tells.
    CASE WHEN t.recorded_at - interval '1 minute' <= m.created_date THEN t.recorded_at
      ELSE coalesce(m.created_date, t.recorded_at, t.first_at) END AS born_at
  FROM told AS t
  FULL JOIN milestones_milestone AS m ON m.id = t.milestone_id
)
SELECT s.milestone_id, s.project_id, s.project, s.sprint, s.sprint_name, s.exists_now, s.later, s.born_at, s.ended_at
FROM (
  SELECT
    d.*, p.project,
    CASE
      WHEN d.exists_now OR d.deleted_at > :now OR d.deleted_at IS NULL AND d.later THEN NULL
      ELSE coalesce(d.deleted_at, least(lead(d.born_at) OVER (PARTITION BY d.project_id, d.sprint ORDER BY d.born_at, d.milestone_id), :now))
    END AS ended_at
  FROM dated AS d
  JOIN project AS p ON p.project_id = d.project_id
) AS s
WHERE s.sprint IS NOT NULL AND s.born_at <= :now AND coalesce(s.ended_at, 'infinity') > s.born_at
