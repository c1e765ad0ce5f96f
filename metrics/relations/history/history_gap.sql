-- relations: life, status_entry, item_record, any_status, project
-- Items whose records disagree or are silent, one row for each problem (entry_problem has the unreadable rows):
-- unrecorded_creation (promoted or imported: no create row), unrecorded_deletion (tasks that went with their story or were
-- promoted), unrecorded_status (the table's status is not the last one in history: that status was deleted),
-- closed_without_date and open_with_date (the flag of the status was switched, or its items came from a deleted one).
SELECT p.project, g.kind, g.item_id, g.key, g.problem
FROM (
  SELECT last_project_id AS project_id, kind, item_id, key, 'unrecorded_creation' AS problem FROM life WHERE born_unrecorded AND died_at IS NULL
  UNION ALL
  SELECT last_project_id, kind, item_id, key, 'unrecorded_deletion' FROM life WHERE died_unrecorded
  UNION ALL
  SELECT i.project_id, i.kind, i.item_id, i.history_key,
    CASE
      WHEN i.status_id IS DISTINCT FROM e.status_id THEN 'unrecorded_status'
      WHEN i.closed_at IS NULL THEN 'closed_without_date' ELSE 'open_with_date'
    END
  FROM item_record AS i
  JOIN status_entry AS e ON e.key = i.history_key
  LEFT JOIN any_status AS s ON s.status_key = e.status_key
  WHERE e.left_at IS NULL AND NOT e.later
    AND (i.status_id IS DISTINCT FROM e.status_id OR i.kind IN ('task', 'issue') AND s.is_closed IS DISTINCT FROM (i.closed_at IS NOT NULL))
) AS g
JOIN project AS p ON p.project_id = g.project_id
