-- relations: entry, life, project
-- For every issue the first act of somebody other than its creator (a change or a comment), and how long that took.
-- Acts of the system (no user) are no response; an issue that came in without a user is answered by anybody.
SELECT DISTINCT ON (e.key) e.at, p.project, e.item_id, e.key, e.at - e.born_at AS duration
FROM (
  SELECT
    e.*,
    CASE WHEN l.born_unrecorded THEN l.born_at ELSE e.recorded_at END AS born_at,
    max(e.user_id) FILTER (WHERE e.type = 2 AND e.at = e.recorded_at) OVER (PARTITION BY e.key) AS creator_id
  FROM entry AS e
  JOIN life AS l ON l.key = e.key
  WHERE e.kind = 'issue' AND e.recorded_at IS NOT NULL
) AS e
JOIN project AS p ON p.project_id = e.project_id
WHERE e.type = 1 AND e.visible AND e.at >= e.born_at AND e.user_id <> coalesce(e.creator_id, '')
ORDER BY e.key, e.n
