-- relations: entry, project
-- For every issue the first act of somebody other than its creator (a change or a comment), and how long that took.
-- Acts of the system (no user) are no response; an issue that came in without a user is answered by anybody.
SELECT DISTINCT ON (e.key) e.at, p.project, e.item_id, e.key, e.at - e.recorded_at AS duration
FROM (
  SELECT *, max(user_id) FILTER (WHERE type = 2 AND at = recorded_at) OVER (PARTITION BY key) AS creator_id
  FROM entry
  WHERE kind = 'issue'
) AS e
JOIN project AS p ON p.project_id = e.project_id
WHERE e.type = 1 AND e.visible AND e.at >= e.recorded_at AND e.user_id <> coalesce(e.creator_id, '')
ORDER BY e.key, e.n
