-- relations: status_entry, stage_then
-- When and where each item was started: its first entry into an active or waiting status. One that was created in such a
-- status counts when it leaves it, as only then a row tells what the status was called: a renamed status starts nothing.
SELECT key, kind, started_at, project_id
FROM (
  -- A filter, as a condition makes PostgreSQL expect a single item here, and go through all of them for each closing.
  SELECT
    e.key,
    min(e.kind) AS kind,
    min(e.at) FILTER (WHERE s.stage IN ('active', 'waiting')) AS started_at,
    (min(ARRAY[e.n, e.project_id]) FILTER (WHERE s.stage IN ('active', 'waiting')))[2] AS project_id
  FROM status_entry AS e
  LEFT JOIN stage_then AS s ON s.status_then = e.status_then
  WHERE e.is_named
  GROUP BY e.key
) AS e
WHERE started_at IS NOT NULL
