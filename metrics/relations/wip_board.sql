-- relations: workflow
-- Of each board (kind and project) the names of its statuses, and the names and ids of those that are work in progress.
SELECT
  kind || ':' || project_id AS board,
  array_agg(status) AS statuses,
  array_agg(status) FILTER (WHERE stage IN ('active', 'waiting')) AS wip_statuses,
  array_agg(status_id::text) FILTER (WHERE stage IN ('active', 'waiting')) AS wip_status_ids
FROM workflow
GROUP BY kind, project_id
