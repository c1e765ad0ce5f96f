-- A user story's points: the sum over the roles that estimated it; no row for a story that nobody estimated
-- (that is not the same as 0 points). Exact to the thousandth, so that sums are the same in any order.
SELECT rp.user_story_id AS userstory_id, sum(round(points.value::numeric, 3)) AS points
FROM userstories_rolepoints AS rp
JOIN projects_points AS points ON points.id = rp.points_id
WHERE points.value IS NOT NULL
GROUP BY rp.user_story_id
