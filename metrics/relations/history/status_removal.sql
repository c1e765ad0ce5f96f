-- relations: status_entry, any_status, item_record
-- Statuses that were deleted, which moves their items to another one without a history row. When: no later than the first
-- row that could not name it any more; if there is none, nothing is known after the last row that could. Where to: the
-- table shows it of the items that were not touched since. For gauges over the past, read with all keys.
SELECT
  e.status_key,
  coalesce(min(e.left_at) FILTER (WHERE NOT e.next_from_name_kept), max(greatest(e.at, e.left_at))) AS removed_at,
  mode() WITHIN GROUP (ORDER BY i.status_id) FILTER (WHERE e.left_at IS NULL) AS moved_to
FROM (
  SELECT *, lead(from_name_kept) OVER (PARTITION BY key ORDER BY n) AS next_from_name_kept
  FROM status_entry
) AS e
LEFT JOIN item_record AS i ON i.history_key = e.key
WHERE e.status_key NOT IN (SELECT status_key FROM any_status)
GROUP BY e.status_key
