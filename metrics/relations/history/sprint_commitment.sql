-- relations: state, life, sprint
-- What became of each story that was in a sprint when its first day ended, over the time from then on: 'open', 'closed',
-- or 'removed' (moved away or deleted). What happens after the sprint's last day changes nothing any more. Its days are
-- those that it has now.
-- points: as they were estimated when the first day ended.
WITH committed AS (
  SELECT s.key, m.milestone_id, m.project, m.sprint, m.first_day_ends_at, m.ends_at, coalesce(s.points, 0) AS points
  FROM state AS s
  JOIN sprint AS m ON m.milestone_id = s.milestone_id
  WHERE s.kind = 'userstory'
    AND m.first_day_ends_at <= :now
    AND s.valid_from <= m.first_day_ends_at
    AND coalesce(s.valid_to, 'infinity') > m.first_day_ends_at
)
SELECT
  c.key, c.project, c.sprint, c.points,
  CASE
    WHEN s.milestone_id IS DISTINCT FROM c.milestone_id THEN 'removed'
    WHEN s.is_closed_itself THEN 'closed'
    ELSE 'open'
  END AS outcome,
  greatest(s.valid_from, c.first_day_ends_at) AS valid_from,
  CASE WHEN s.valid_to < c.ends_at THEN s.valid_to END AS valid_to
FROM committed AS c
JOIN state AS s
  ON s.key = c.key
  AND coalesce(s.valid_to, 'infinity') > c.first_day_ends_at
  AND (s.valid_from < c.ends_at OR s.valid_from <= c.first_day_ends_at)
UNION ALL
SELECT c.key, c.project, c.sprint, c.points, 'removed', l.died_at, NULL
FROM committed AS c
JOIN life AS l ON l.key = c.key
WHERE l.died_at < c.ends_at
