-- relations: any_status, remembered_status
-- Every status that is known, once: as it is today, or as it was last known, and the names that it had before.
SELECT s.status_key, s.name_key, s.board, s.kind, s.project_id, s.status_id, s.status, s.is_closed, TRUE AS exists_now,
  coalesce(r.former_names, '{}') AS former_names
FROM any_status AS s
LEFT JOIN (
  SELECT status_key, array_agg(status) AS former_names
  FROM remembered_status
  WHERE valid_from IS NULL
  GROUP BY status_key
) AS r ON r.status_key = s.status_key
UNION ALL
SELECT status_key, NULL, board, kind, project_id, status_id, max(status), NULL, FALSE, '{}'
FROM remembered_status
WHERE valid_from IS NOT NULL AND status_id <> 0 AND status_key NOT IN (SELECT status_key FROM any_status)
GROUP BY status_key, board, kind, project_id, status_id
