-- relations: known_status, any_status, remembered_status, board, key_project
-- What is known of statuses, as one row of objects to look things up in. Joined with history, tables of statuses would make
-- PostgreSQL expect thousands of times the rows that come of it, and choose its ways for those.
-- by_key: what a status is called, and what it was called before; by_name: the id of today's status of that name; marks:
-- whether it is marked as closed (with id 0: whether the board has a status that is called like a backlog), unless
-- remembered_status knows more; remembered_marks: what that knows, each with its time. With :keys, of their projects.
SELECT
  (
    SELECT coalesce(jsonb_object_agg(status_key, jsonb_build_object('name', status, 'former_names', former_names)), '{}')
    FROM known_status
    WHERE :keys IS NULL OR project_id IN (SELECT project_id FROM key_project)
  ) AS by_key,
  (
    SELECT coalesce(jsonb_object_agg(name_key, status_id), '{}')
    FROM any_status
    WHERE :keys IS NULL OR project_id IN (SELECT project_id FROM key_project)
  ) AS by_name,
  (
    SELECT coalesce(jsonb_object_agg(s.status_key, s.is_closed), '{}')
    FROM (
      SELECT project_id, status_key, is_closed FROM any_status
      UNION ALL
      SELECT project_id, board || ':0', has_backlog FROM board
    ) AS s
    WHERE (:keys IS NULL OR s.project_id IN (SELECT project_id FROM key_project))
      AND s.status_key NOT IN (SELECT status_key FROM remembered_status WHERE valid_from IS NOT NULL)
  ) AS marks,
  (
    SELECT coalesce(jsonb_object_agg(r.status_key, r.marks), '{}')
    FROM (
      SELECT status_key, jsonb_agg(jsonb_build_object('is_closed', is_closed, 'from', valid_from, 'to', valid_to)) AS marks
      FROM remembered_status
      WHERE valid_from IS NOT NULL AND (:keys IS NULL OR project_id IN (SELECT project_id FROM key_project))
      GROUP BY status_key
    ) AS r
  ) AS remembered_marks
