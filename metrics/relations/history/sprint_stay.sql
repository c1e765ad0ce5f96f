-- relations: sprint_life, sprint_plan
-- When each sprint was planned to run, over its life: the spans of its dates, which are those of its table now.
WITH change AS (
  SELECT l.milestone_id, greatest(p.valid_from, l.born_at) AS at, 1 AS n, p.starts_on, p.ends_on
  FROM sprint_life AS l
  JOIN sprint_plan AS p ON p.milestone_id = l.milestone_id AND p.valid_to > l.born_at
  UNION ALL
  -- The last word has the table, and the only one where no row can be read.
  SELECT l.milestone_id, CASE WHEN p.milestone_id IS NULL THEN l.born_at ELSE :now END, 2, m.estimated_start, m.estimated_finish
  FROM sprint_life AS l
  JOIN milestones_milestone AS m ON m.id = l.milestone_id
  LEFT JOIN (SELECT DISTINCT milestone_id FROM sprint_plan) AS p ON p.milestone_id = l.milestone_id
  WHERE p.milestone_id IS NULL OR NOT l.later
), settled AS (
  -- Of several at one moment the last one holds; then only real changes matter.
  SELECT *, row_number() OVER same > 1 AND (starts_on, ends_on) IS NOT DISTINCT FROM (lag(starts_on) OVER same, lag(ends_on) OVER same) AS is_same
  FROM (SELECT *, lead(at) OVER (PARTITION BY milestone_id ORDER BY at, n) AS next_at FROM change) AS c
  WHERE next_at IS NULL OR next_at > at
  WINDOW same AS (PARTITION BY milestone_id ORDER BY at)
)
SELECT
  l.milestone_id, l.project, l.sprint, l.sprint_name, s.starts_on, s.ends_on, s.at AS valid_from,
  coalesce(lead(s.at) OVER (PARTITION BY l.milestone_id ORDER BY s.at), l.ended_at) AS valid_to
FROM settled AS s
JOIN sprint_life AS l ON l.milestone_id = s.milestone_id
WHERE NOT s.is_same AND s.at < coalesce(l.ended_at, 'infinity')
