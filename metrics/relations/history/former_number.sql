-- relations: project, item_record
-- The numbers that items had in a project where they are not any more, as history tells: of those that were deleted, and
-- of those that were moved to another project. Goes through the project's history.
SELECT p.project, h.ref, h.key, h.at
FROM project AS p
CROSS JOIN LATERAL (
  SELECT key, at, CASE WHEN type = 1 THEN diff #>> '{ref,1}' ELSE snapshot ->> 'ref' END AS ref
  FROM (
    SELECT h.key, h.created_at AS at, h.type, h.diff, h.snapshot
    FROM history_historyentry AS h
    LEFT JOIN item_record AS i ON i.history_key = h.key AND i.project_id = p.project_id
    WHERE h.project_id = p.project_id AND i.history_key IS NULL
      AND CASE WHEN h.key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$' THEN TRUE ELSE FALSE END
    OFFSET 0 -- so that no field is read before it is known whose it is
  ) AS h
) AS h
WHERE h.ref IS NOT NULL
