-- relations: entry, status_index, closed_name
-- Every time an item entered a status, as history tells it: by creation (from_status_id NULL) or by a change. Names are
-- those of that moment, as the row kept them. left_at, left_by: the next entry of the item.
-- The item takes a status as it was marked when it came in: a mark that is switched meanwhile moves no item.
-- status_then, from_status_then: what decides about the stage (see stage_then), as one column to join by.
SELECT
  e.*,
  status_key || ' ' || is_closed || ' ' || without_backlog || ' ' || coalesce(status, '') AS status_then,
  from_status_key || ' ' || from_is_closed || ' ' || from_without_backlog || ' ' || coalesce(from_status, '') AS from_status_then
FROM (
  SELECT
    e.*,
    CASE WHEN from_is_previous THEN lag(is_closed) OVER same ELSE from_is_closed_now END AS from_is_closed,
    CASE WHEN from_is_previous THEN lag(without_backlog) OVER same ELSE without_backlog END AS from_without_backlog
  FROM (
    SELECT
      e.key, e.kind, e.item_id, e.n, e.entry_id, e.at, e.project_id, e.type, e.user_id,
      e.from_status_id, e.from_status_key,
      e.previous_status_id IS NOT DISTINCT FROM e.from_status_id AND e.entered_from_at IS NOT NULL AS from_is_previous,
      -- A row made after a status was deleted lacks its name, but the row by which the item entered it has it.
      coalesce(e.from_name, CASE WHEN e.previous_status_id = e.from_status_id THEN e.previous_name END, e.from_known_name) AS from_status,
      e.status_id, e.status_key,
      -- A create row holds no names; the row by which the item leaves tells it.
      coalesce(e.to_name, CASE WHEN e.next_from_status_id = e.status_id THEN e.next_from_name END, e.known_name) AS status,
      -- Moving an item to another project exchanges its status for one of that project: not a move on a board.
      e.type = 1 AND NOT e.changed_ref AS is_move,
      e.from_name IS NOT NULL AS from_name_kept, e.to_name IS NOT NULL AS name_kept,
      -- Whether a row tells what the status was called then; else it goes by what it is called today.
      e.to_name IS NOT NULL OR e.next_from_status_id = e.status_id AND e.next_from_name IS NOT NULL AS is_named,
      e.entered_from_at, e.left_at, e.later, e.points,
      -- Whether the status was marked as closed when the item entered it. Of a status that is gone the name must do where
      -- nothing else is known.
      coalesce(e.mark, coalesce(e.to_name, e.next_from_name, e.known_name, '') ~* closed_name.pattern) AS is_closed,
      coalesce(e.from_mark, coalesce(e.from_name, e.from_known_name, '') ~* closed_name.pattern) AS from_is_closed_now,
      -- Whether the board had no status called like a backlog then.
      NOT coalesce(e.board_mark, FALSE) AS without_backlog
    FROM (
      SELECT
        e.*,
        (SELECT by_key FROM status_index) -> e.status_key ->> 'name' AS known_name,
        (SELECT by_key FROM status_index) -> e.from_status_key ->> 'name' AS from_known_name,
        coalesce(
          ((SELECT marks FROM status_index) ->> e.status_key)::boolean,
          (SELECT (r ->> 'is_closed')::boolean FROM jsonb_array_elements((SELECT remembered_marks FROM status_index) -> e.status_key) AS r
           WHERE e.at >= (r ->> 'from')::timestamptz AND e.at < (r ->> 'to')::timestamptz)) AS mark,
        coalesce(
          ((SELECT marks FROM status_index) ->> e.from_status_key)::boolean,
          (SELECT (r ->> 'is_closed')::boolean FROM jsonb_array_elements((SELECT remembered_marks FROM status_index) -> e.from_status_key) AS r
           WHERE e.at >= (r ->> 'from')::timestamptz AND e.at < (r ->> 'to')::timestamptz)) AS from_mark,
        coalesce(
          ((SELECT marks FROM status_index) ->> (e.kind || ':' || e.project_id || ':0'))::boolean,
          (SELECT (r ->> 'is_closed')::boolean FROM jsonb_array_elements((SELECT remembered_marks FROM status_index) -> (e.kind || ':' || e.project_id || ':0')) AS r
           WHERE e.at >= (r ->> 'from')::timestamptz AND e.at < (r ->> 'to')::timestamptz)) AS board_mark
      FROM (
        SELECT
          key, kind, item_id, n, entry_id, at, project_id, type, user_id, later, changed_ref,
          CASE WHEN type = 1 THEN status[1] END AS from_status_id,
          kind || ':' || project_id || ':' || CASE WHEN type = 1 THEN status[1] END AS from_status_key,
          status_from_name AS from_name,
          status[2] AS status_id,
          kind || ':' || project_id || ':' || status[2] AS status_key,
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
            e.status_from_name, e.status_to_name, e.is_import,
            (max(ARRAY[n, total_points]) FILTER (WHERE e.points IS NOT NULL) OVER (PARTITION BY key ORDER BY n))[2] AS points
          FROM entry AS e
        ) AS e
        WHERE status IS NOT NULL AND type <> 3 AND NOT is_import
        WINDOW same AS (PARTITION BY key ORDER BY n)
      ) AS e
    ) AS e
    CROSS JOIN closed_name
  ) AS e
  WINDOW same AS (PARTITION BY key ORDER BY n)
) AS e
