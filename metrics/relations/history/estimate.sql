-- relations: entry
-- Each story's points of all roles, as estimated from when to when (valid_to NULL: until now).
SELECT key, total_points AS points, at AS valid_from, lead(at) OVER (PARTITION BY key ORDER BY n) AS valid_to
FROM entry
WHERE kind = 'userstory' AND points IS NOT NULL
