-- relations: state, sprint
-- The stories in each sprint that came from an earlier one, which had begun, without having been closed there. What
-- leaves the sprint before its end is no longer carried over into it; what happens later changes nothing any more.
SELECT key, project, sprint, valid_from, CASE WHEN valid_to < ends_at THEN valid_to END AS valid_to
FROM (
  SELECT
    *,
    -- The earliest sprint that the story had left open, while it was running or past.
    min(starts_at) FILTER (
      WHERE NOT is_closed_itself AND next_milestone_id IS DISTINCT FROM milestone_id AND valid_to > starts_at
    ) OVER (PARTITION BY key ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS left_open
  FROM (
    SELECT
      s.key, s.milestone_id, s.is_closed_itself, s.valid_from, s.valid_to,
      lead(s.milestone_id) OVER (PARTITION BY s.key ORDER BY s.valid_from) AS next_milestone_id,
      m.project, m.sprint, m.starts_at, m.ends_at
    FROM state AS s
    LEFT JOIN sprint AS m ON m.milestone_id = s.milestone_id
    WHERE s.kind = 'userstory'
  ) AS stay
) AS stay
WHERE valid_from < ends_at AND left_open < starts_at
