-- relations: state, sprint
-- What became of each story that was in a sprint when its first day ended, over the time from then on: 'open', 'closed',
-- or 'removed' (moved away or deleted). What happens after the sprint's last day changes nothing any more. Its days are
-- those that it has now.
-- points: as they were estimated when the first day ended.
-- A story's life is put into an array and taken out of it twice: PostgreSQL expects next to no commitments, and would go
-- through all lives for each if it had to join them.
SELECT
  l.key, m.project, m.sprint, coalesce(c.points, 0) AS points,
  CASE
    WHEN s.milestone_id IS DISTINCT FROM m.milestone_id THEN 'removed'
    WHEN s.is_closed_itself THEN 'closed'
    ELSE 'open'
  END AS outcome,
  greatest(s.valid_from, m.first_day_ends_at) AS valid_from,
  CASE WHEN s.valid_to < m.ends_at THEN s.valid_to END AS valid_to
FROM (
  SELECT
    key,
    array_agg(ROW(valid_from, valid_to, milestone_id, is_closed_itself, points)) ||
      -- Where it was deleted it is in no sprint.
      CASE WHEN max(coalesce(valid_to, 'infinity')) < 'infinity' THEN
        ARRAY[ROW(max(valid_to), NULL::timestamptz, NULL::integer, FALSE, NULL::double precision)]
      END AS stays
  FROM state
  WHERE kind = 'userstory'
  GROUP BY key
) AS l
CROSS JOIN LATERAL unnest(l.stays) AS c (
  valid_from timestamptz, valid_to timestamptz, milestone_id integer, is_closed_itself boolean, points double precision
)
JOIN sprint AS m
  ON m.milestone_id = c.milestone_id
  AND m.first_day_ends_at <= :now
  AND c.valid_from <= m.first_day_ends_at
  AND coalesce(c.valid_to, 'infinity') > m.first_day_ends_at
CROSS JOIN LATERAL unnest(l.stays) AS s (
  valid_from timestamptz, valid_to timestamptz, milestone_id integer, is_closed_itself boolean, points double precision
)
WHERE coalesce(s.valid_to, 'infinity') > m.first_day_ends_at
  AND (s.valid_from < m.ends_at OR s.valid_from <= m.first_day_ends_at)
