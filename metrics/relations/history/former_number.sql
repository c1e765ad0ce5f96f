-- relations: project, item_record
-- The numbers that items had in a project where they are not any more, as history tells: of those that were deleted, and
-- of those that were moved to another project. Goes through the project's history, as narrow as can be: a snapshot is large,
-- and is only read of what is not there any more.
SELECT p.project, coalesce(h.ref, s.ref) AS ref, h.key, h.at
FROM project AS p
CROSS JOIN LATERAL (
  SELECT id, key, created_at AS at, type, CASE WHEN type = 1 THEN diff #>> '{ref,1}' END AS ref
  FROM history_historyentry
  WHERE project_id = p.project_id AND (type <> 1 OR diff ? 'ref')
  OFFSET 0
) AS h
LEFT JOIN item_record AS i ON i.history_key = h.key AND i.project_id = p.project_id
LEFT JOIN LATERAL (
  SELECT snapshot ->> 'ref' AS ref FROM history_historyentry WHERE id = h.id AND h.type <> 1 OFFSET 0
) AS s ON TRUE
WHERE i.history_key IS NULL AND coalesce(h.ref, s.ref) IS NOT NULL
  AND h.key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$'
