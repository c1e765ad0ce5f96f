-- What is known of statuses beyond their tables of today (:statuses, gathered from status_evidence and while the service
-- runs): those that are gone, under the last name they had, and those whose closed mark was switched. One row for each
-- time during which a status was marked alike; is_closed NULL: not known. A row without such a time (valid_from
-- NULL) tells a name that the status had before. status_id 0 stands for the board itself, and is_closed then for whether
-- one of its statuses was called like a backlog.
SELECT
  s.kind || ':' || s.project_id || ':' || s.status_id AS status_key,
  s.kind || ':' || s.project_id AS board,
  s.*
FROM jsonb_to_recordset(:statuses) AS s (
  kind text, project_id integer, status_id integer, status text, is_closed boolean, valid_from timestamptz, valid_to timestamptz
)
