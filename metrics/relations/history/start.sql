-- relations: status_entry, stage_then
-- When and where each item was started: its first entry into an active or waiting status. One that was created in such a
-- status counts when it leaves it, as only then a row tells what the status was called: a renamed status starts nothing.
SELECT e.key, min(e.kind) AS kind, min(e.at) AS started_at, (min(ARRAY[e.n, e.project_id]))[2] AS project_id
FROM status_entry AS e
JOIN stage_then AS s ON s.status_then = e.status_then
WHERE s.stage IN ('active', 'waiting') AND e.is_named
GROUP BY e.key
