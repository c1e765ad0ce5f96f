-- relations: item_record
-- The projects in which the items of :keys are or ever were; none where :keys is NULL, for all. What belongs to a project,
-- like its statuses, need not be looked up for the others.
SELECT DISTINCT e.project_id
FROM (SELECT DISTINCT unnest(:keys) AS key) AS k
CROSS JOIN LATERAL (SELECT project_id FROM history_historyentry WHERE key = k.key OFFSET 0) AS e
UNION
SELECT project_id FROM item_record WHERE :keys IS NOT NULL
