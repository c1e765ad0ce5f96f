-- relations: state, status_label, project
-- How long each item was in each status, over its whole life: the spans of taiga_items.
SELECT
  s.key, s.kind, s.item_id, p.project, s.status_id, coalesce(l.status, '') AS status, coalesce(l.stage, '') AS stage, s.valid_from,
  s.valid_to
FROM (
  -- Before the projects that are not exported go: what an item did there ends its stay here.
  SELECT
    key, kind, item_id, project_id, status_id, status_key, valid_from,
    coalesce(lead(valid_from) OVER (PARTITION BY key ORDER BY valid_from), ends_at) AS valid_to
  FROM (
    SELECT
      *,
      lag(status_id) OVER same AS status_before,
      lag(project_id) OVER same AS project_before,
      last_value(valid_to) OVER (PARTITION BY key ORDER BY valid_from ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS ends_at
    FROM state
    WINDOW same AS (PARTITION BY key ORDER BY valid_from)
  ) AS s
  WHERE status_before IS NULL OR status_id IS DISTINCT FROM status_before OR project_id <> project_before
) AS s
JOIN project AS p ON p.project_id = s.project_id
LEFT JOIN status_label AS l ON l.status_key = s.status_key
