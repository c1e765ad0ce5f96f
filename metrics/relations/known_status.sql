-- relations: any_status, remembered_status
-- Every status that is known, once: as it is today, or as it was last known, and the names that it had before.
SELECT status_key, name_key, board, kind, project_id, status_id, status, is_closed, TRUE AS exists_now,
  ARRAY(SELECT r.status FROM remembered_status AS r WHERE r.status_key = s.status_key AND r.valid_from IS NULL) AS former_names
FROM any_status AS s
UNION ALL
SELECT status_key, NULL, board, kind, project_id, status_id, max(status), NULL, FALSE, '{}'
FROM remembered_status
WHERE valid_from IS NOT NULL AND status_id <> 0 AND status_key NOT IN (SELECT status_key FROM any_status)
GROUP BY status_key, board, kind, project_id, status_id
