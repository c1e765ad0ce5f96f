-- relations: status_entry, story_toggle
-- Every time an item closed or was reopened, of all kinds, at the true time and in the project of that time.
-- Stories: see story_toggle. Epics, tasks and issues close by entering a status that was marked as closed then, from one
-- that was not when they entered it; a creation in a closed status is a closing too. So a mark that is switched closes
-- nothing, and reopens nothing.
-- n: their order, where several of an item have one time.
SELECT key, kind, item_id, project_id, at, n, is_closed
FROM (
  SELECT
    key, kind, item_id, project_id, at, n, is_closed,
    coalesce(lag(is_closed) OVER (PARTITION BY key ORDER BY n), false) AS was_closed
  FROM status_entry
  WHERE kind <> 'userstory'
) AS e
WHERE is_closed <> was_closed
UNION ALL
SELECT key, 'userstory', item_id, project_id, at, n, is_closed
FROM (
  SELECT *, lag(is_closed) OVER (PARTITION BY key ORDER BY at, n) AS was_closed
  FROM story_toggle
  WHERE caused
) AS s
WHERE is_closed <> coalesce(was_closed, false)
