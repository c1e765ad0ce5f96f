-- relations: state, swimlane
-- Swimlanes as they are called today; deleted ones (project_id NULL) as the rows by which stories came in or left called
-- them last.
SELECT swimlane_id, project_id, swimlane FROM swimlane
UNION ALL
SELECT s.swimlane_id, NULL, coalesce((max(ARRAY[to_char(h.created_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), n.name]) FILTER (WHERE n.name IS NOT NULL))[2], '')
FROM (
  SELECT DISTINCT swimlane_id, key
  FROM state
  WHERE swimlane_id IS NOT NULL AND swimlane_id NOT IN (SELECT swimlane_id FROM swimlane)
) AS s
-- OFFSET 0: by the index on the key, however many the planner expects; there are hardly ever any.
CROSS JOIN LATERAL (SELECT * FROM history_historyentry WHERE key = s.key OFFSET 0) AS h
CROSS JOIN LATERAL (SELECT h."values" -> 'swimlane' ->> s.swimlane_id::text AS name) AS n
WHERE h.type = 1 AND h.created_at <= :now
GROUP BY s.swimlane_id
