-- relations: state, status_label, project
-- How long each item was in each status, over its whole life: the spans of taiga_items.
SELECT
  s.key, s.kind, s.item_id, p.project, s.status_id, coalesce(l.status, '') AS status, coalesce(l.stage, '') AS stage, s.valid_from,
  coalesce(lead(s.valid_from) OVER (PARTITION BY s.key ORDER BY s.valid_from), s.ends_at) AS valid_to
FROM (
  SELECT
    *,
    lag(status_id) OVER same AS status_before,
    lag(project_id) OVER same AS project_before,
    last_value(valid_to) OVER (PARTITION BY key ORDER BY valid_from ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS ends_at
  FROM state
  WINDOW same AS (PARTITION BY key ORDER BY valid_from)
) AS s
JOIN project AS p ON p.project_id = s.project_id
LEFT JOIN status_label AS l ON l.status_key = s.status_key
WHERE s.status_before IS NULL OR s.status_id IS DISTINCT FROM s.status_before OR s.project_id <> s.project_before
