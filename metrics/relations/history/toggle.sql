-- relations: status_entry, story_toggle
-- Every time an item closed or was reopened, of all kinds, at the true time and in the project of that time.
-- Stories: see story_toggle. Epics, tasks and issues close by entering a closed status from an open one; a creation in
-- a closed status is a closing too.
-- n: their order, where several of an item have one time.
SELECT key, kind, item_id, project_id, at, n, is_closed
FROM (
  SELECT
    key, kind, item_id, project_id, n, is_closed OR coalesce(finished_at > at + interval '1 minute' AND NOT was_closed, false) AS is_closed,
    was_closed,
    -- The flag was switched to closed while the item was there; Taiga noticed when the item was saved again.
    CASE WHEN NOT was_closed AND finished_at > at + interval '1 minute' THEN finished_at ELSE at END AS at
  FROM (
    SELECT *, coalesce(lag(is_closed) OVER (PARTITION BY key ORDER BY n), false) AS was_closed
    FROM status_entry
  ) AS e
  WHERE kind <> 'userstory'
) AS e
WHERE is_closed <> was_closed
UNION ALL
SELECT key, 'userstory', item_id, project_id, at, n, is_closed
FROM (
  SELECT *, lag(is_closed) OVER (PARTITION BY key ORDER BY at, n) AS was_closed
  FROM story_toggle
) AS s
WHERE is_closed <> coalesce(was_closed, false)
