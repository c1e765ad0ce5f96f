-- relations: state, sprint
-- The stories in each sprint that came from an earlier one, which had begun, without having been closed there. What
-- leaves the sprint before its end is no longer carried over into it; what happens later changes nothing any more.
WITH stay AS (
  SELECT
    s.key, s.milestone_id, s.is_closed_itself, s.valid_from, s.valid_to,
    lead(s.milestone_id) OVER (PARTITION BY s.key ORDER BY s.valid_from) AS next_milestone_id
  FROM state AS s
  WHERE s.kind = 'userstory'
), unfinished AS (
  -- Every time that a story left a running or past sprint open.
  SELECT s.key, m.starts_at, s.valid_to AS left_at
  FROM stay AS s
  JOIN sprint AS m ON m.milestone_id = s.milestone_id
  WHERE NOT s.is_closed_itself AND s.next_milestone_id IS DISTINCT FROM s.milestone_id AND s.valid_to > m.starts_at
)
SELECT s.key, m.project, m.sprint, s.valid_from, CASE WHEN s.valid_to < m.ends_at THEN s.valid_to END AS valid_to
FROM stay AS s
JOIN sprint AS m ON m.milestone_id = s.milestone_id
WHERE s.valid_from < m.ends_at
  AND EXISTS (
    SELECT FROM unfinished AS u
    WHERE u.key = s.key AND u.left_at <= s.valid_from AND u.starts_at < m.starts_at
  )
