-- relations: entry, status, item_record
-- Every time an item entered a status, as history tells it: by creation (from_status_id NULL) or by a change. Names are
-- those of that moment, as the row kept them. left_at, left_by: the next entry of the item.
SELECT
  e.key, e.kind, e.item_id, e.n, e.entry_id, e.at, e.project_id, e.type, e.user_id,
  e.from_status_id, e.kind || ':' || e.from_status_id AS from_status_key,
  -- A row made after a status was deleted lacks its name, but the row by which the item entered it has it.
  coalesce(e.from_name, CASE WHEN e.previous_status_id = e.from_status_id THEN e.previous_name END, f.status) AS from_status,
  e.status_id, e.kind || ':' || e.status_id AS status_key,
  -- A create row holds no names; the row by which the item leaves tells it.
  coalesce(e.to_name, CASE WHEN e.next_from_status_id = e.status_id THEN e.next_from_name END, t.status) AS status,
  -- Moving an item to another project exchanges its status for one of that project: not a move on a board.
  e.type = 1 AND NOT e.changed_ref AS is_move,
  e.from_name IS NOT NULL AS from_name_kept, e.to_name IS NOT NULL AS name_kept,
  e.entered_from_at, e.left_at, e.later, e.points,
  -- Whether the status was closed then. History never says; its flag today does, with two corrections by facts of
  -- the item: the finish date (set when a task or issue is saved in a closed status) tells it of the last entry
  -- whatever became of the flag, and of a deleted status the name must do.
  CASE
    WHEN e.kind IN ('task', 'issue') AND e.left_at IS NULL AND NOT e.later AND i.item_id IS NOT NULL THEN i.closed_at IS NOT NULL
    WHEN t.status_id IS NOT NULL THEN t.is_closed
    ELSE coalesce(e.to_name, e.next_from_name) ~* '^(closed|done|archived|finished|resolved|rejected|won''?t ?fix|duplicated?|invalid|cancell?ed|discarded)$'
  END AS is_closed,
  t.is_closed AS is_closed_today,
  -- A date much later than the entry: the flag was switched to closed, and the item saved, while it was there.
  CASE WHEN e.kind IN ('task', 'issue') AND e.left_at IS NULL AND NOT e.later THEN i.closed_at END AS finished_at
FROM (
  SELECT
    key, kind, item_id, n, entry_id, at, project_id, type, user_id, later, changed_ref,
    CASE WHEN type = 1 THEN status[1] END AS from_status_id,
    status_from_name AS from_name,
    status[2] AS status_id,
    status_to_name AS to_name,
    lag(status[2]) OVER same AS previous_status_id,
    lag(status_to_name) OVER same AS previous_name,
    lag(at) OVER same AS entered_from_at,
    lead(at) OVER same AS left_at,
    lead(status[1]) OVER same AS next_from_status_id,
    lead(status_from_name) OVER same AS next_from_name,
    points
  FROM (
    SELECT e.key, e.kind, e.item_id, e.n, e.entry_id, e.at, e.project_id, e.type, e.user_id, e.later, e.changed_ref, e.status,
      e.status_from_name, e.status_to_name,
      (max(ARRAY[n, total_points]) FILTER (WHERE e.points IS NOT NULL) OVER (PARTITION BY key ORDER BY n))[2] AS points
    FROM entry AS e
  ) AS e
  WHERE status IS NOT NULL AND type <> 3
  WINDOW same AS (PARTITION BY key ORDER BY n)
) AS e
LEFT JOIN status AS t ON t.status_key = e.kind || ':' || e.status_id
LEFT JOIN status AS f ON f.status_key = e.kind || ':' || e.from_status_id
LEFT JOIN item_record AS i ON i.history_key = e.key
