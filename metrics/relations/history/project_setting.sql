-- relations: project
-- What the settings of each project said since its creation: is_private (1 or 0), and total_story_points and
-- total_milestones, which somebody types in (value NULL: nobody had). The project's own history tells it, the last word
-- has its table. Found by the index on the beginning of the key.
WITH told AS (
  SELECT
    project_id, setting, at, row_number() OVER (PARTITION BY project_id, setting ORDER BY at, type <> 2, id) AS n,
    -- A value that is no number counts as not set.
    CASE WHEN before ~ '^-?\d{1,12}(\.\d{1,12})?$' THEN before::double precision END AS before,
    CASE WHEN value <> 'null' THEN value::double precision END AS value
  FROM (
    SELECT
      h.project_id, h.at, h.type, h.id, s.setting,
      replace(replace((CASE WHEN h.type = 1 THEN h.content -> s.setting -> 0 ELSE h.content -> s.setting END)::text, 'true', '1'), 'false', '0') AS before,
      replace(replace((CASE WHEN h.type = 1 THEN h.content -> s.setting -> 1 ELSE h.content -> s.setting END)::text, 'true', '1'), 'false', '0') AS value
    FROM (
      SELECT
        substring(key FROM '^projects\.project:(\d{1,9})$')::integer AS project_id, created_at AS at, type, id,
        CASE type WHEN 1 THEN diff WHEN 2 THEN snapshot END AS content
      FROM history_historyentry
      WHERE key LIKE 'projects.project:%' AND created_at IS NOT NULL
    ) AS h
    CROSS JOIN (VALUES ('is_private'), ('total_story_points'), ('total_milestones')) AS s (setting)
    WHERE h.project_id IS NOT NULL
  ) AS h
  WHERE value ~ '^(null|-?\d{1,12}(\.\d{1,12})?)$'
), today AS (
  SELECT p.project_id, p.project, p.project_name, p.created_at, s.setting, s.value
  FROM project AS p
  CROSS JOIN LATERAL (
    VALUES ('is_private', p.is_private::integer::double precision), ('total_story_points', p.planned_points), ('total_milestones', p.planned_sprints)
  ) AS s (setting, value)
), change AS (
  SELECT d.project_id, d.setting, d.created_at AS at, 0 AS n, CASE WHEN t.n IS NULL THEN d.value ELSE t.before END AS value
  FROM today AS d
  LEFT JOIN told AS t ON t.project_id = d.project_id AND t.setting = d.setting AND t.n = 1
  UNION ALL
  SELECT d.project_id, d.setting, greatest(t.at, d.created_at), t.n, t.value
  FROM told AS t
  JOIN today AS d ON d.project_id = t.project_id AND d.setting = t.setting
  WHERE t.at <= :now
  UNION ALL
  SELECT project_id, setting, :now, 1000000000, value
  FROM today
  WHERE (project_id, setting) NOT IN (SELECT project_id, setting FROM told WHERE at > :now)
), settled AS (
  -- Of several at one moment the last one holds; then only real changes matter.
  SELECT *, row_number() OVER same > 1 AND value IS NOT DISTINCT FROM lag(value) OVER same AS is_same
  FROM (SELECT *, lead(at) OVER (PARTITION BY project_id, setting ORDER BY at, n) AS next_at FROM change) AS c
  WHERE next_at IS NULL OR next_at > at
  WINDOW same AS (PARTITION BY project_id, setting ORDER BY at)
)
SELECT
  d.project_id, d.project, d.project_name, s.setting, s.value,
  s.at AS valid_from, lead(s.at) OVER (PARTITION BY s.project_id, s.setting ORDER BY s.at) AS valid_to
FROM settled AS s
JOIN today AS d ON d.project_id = s.project_id AND d.setting = s.setting
WHERE NOT s.is_same
