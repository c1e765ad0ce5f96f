-- relations: workflow, status_entry, stage_then
-- Every status that ever was, for gauges over the past: as it is called today, a deleted one as history last knew it.
SELECT status_key, status, stage, is_closed FROM workflow
UNION ALL
SELECT r.status_key, r.last[2], s.stage, s.stage IN ('done', 'discarded')
FROM (
  SELECT
    status_key,
    max(ARRAY[to_char(at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), coalesce(status, ''), status_then]) AS last
  FROM status_entry
  WHERE status_key NOT IN (SELECT status_key FROM workflow)
  GROUP BY status_key
) AS r
JOIN stage_then AS s ON s.status_then = r.last[3]
