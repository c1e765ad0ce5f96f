-- relations: entry, sprint_plan, project
-- Points that came into a running sprint or left it, after its first day and up to its last (days of :time_zone), by a
-- move, a creation, a deletion or a new estimate of a story. direction: added, removed; points: always positive.
SELECT c.at, p.project, s.sprint, CASE WHEN c.points > 0 THEN 'added' ELSE 'removed' END AS direction, abs(c.points) AS points,
  c.item_id, c.key, c.entry_id
FROM (
  SELECT
    v.at, v.project_id, v.item_id, v.key, v.entry_id, m.milestone_id,
    sum(m.points) AS points
  FROM (
    SELECT
      key, item_id, project_id, at, entry_id, type, is_import,
      (max(ARRAY[n, milestone[2]]) FILTER (WHERE milestone IS NOT NULL) OVER before)[2] AS milestone_before,
      (max(ARRAY[n, milestone[2]]) FILTER (WHERE milestone IS NOT NULL) OVER upto)[2] AS milestone_id,
      (max(ARRAY[n, total_points]) FILTER (WHERE points IS NOT NULL) OVER before)[2] AS points_before,
      (max(ARRAY[n, total_points]) FILTER (WHERE points IS NOT NULL) OVER upto)[2] AS points
    FROM entry
    WHERE kind = 'userstory' AND (milestone IS NOT NULL OR points IS NOT NULL)
    WINDOW
      upto AS (PARTITION BY key ORDER BY n),
      before AS (PARTITION BY key ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ) AS v
  CROSS JOIN LATERAL (
    VALUES (v.milestone_before, -v.points_before), (CASE WHEN v.type <> 3 THEN v.milestone_id END, v.points)
  ) AS m (milestone_id, points)
  WHERE m.milestone_id IS NOT NULL AND NOT v.is_import
  GROUP BY v.at, v.project_id, v.item_id, v.key, v.entry_id, m.milestone_id
) AS c
JOIN sprint_plan AS s
  ON s.milestone_id = c.milestone_id AND c.at >= s.valid_from AND c.at < s.valid_to
  AND (c.at AT TIME ZONE :time_zone)::date > s.starts_on AND (c.at AT TIME ZONE :time_zone)::date <= s.ends_on
JOIN project AS p ON p.project_id = c.project_id
WHERE c.points <> 0
