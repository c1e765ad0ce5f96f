-- relations: life, entry, story_toggle, status_entry, status_removal, item_record
-- Everything that gauges over the past need to know of an item, as spans that partition its life without gap or overlap
-- (valid_to NULL: still so). The spans valid at :now say what the tables say. Where the tables know of a change that no
-- row tells, it happened: for the deletion of a status as status_removal says, for a closing at the finish date
-- (story_toggle); anything else is dated :now, because nothing shows that it was so before.
-- Within, a field is an array of its one new value, or NULL where nothing is said about it; so the greatest of
-- (position, value) up to a row is what is known there. own: what only items of one kind have - an issue's type, a story's
-- swimlane, a task's story.
WITH change AS (
  SELECT
    key, born_at AS at, 0 AS n, ARRAY[born_project_id] AS project, ARRAY[status_id] AS status, ARRAY[milestone_id] AS milestone,
    ARRAY[is_blocked::integer] AS blocked, ARRAY[is_closed::integer] AS closed, ARRAY[points] AS points,
    ARRAY[coalesce(issue_type_id, swimlane_id, story_id)] AS own, ARRAY[severity_id] AS severity, ARRAY[priority_id] AS priority,
    ARRAY[due_day] AS due_day, assigned
  FROM life
  UNION ALL
  SELECT
    key, at, n, ARRAY[project_id], status[2:2], milestone[2:2], is_blocked[2:2]::integer[], NULL,
    CASE WHEN points IS NOT NULL THEN ARRAY[total_points] END,
    coalesce(issue_type[2:2], swimlane[2:2], CASE WHEN NOT (SELECT coalesce(jsonb_object_agg(key, 1), '{}') FROM life WHERE has_foreign_story) ? key THEN story[2:2] END),
    severity[2:2], priority[2:2], CASE WHEN due_date IS NOT NULL THEN ARRAY[due_date[2] - date '1970-01-01'] END, assigned[2]
  FROM entry
  WHERE type <> 3 AND NOT is_import
    AND (status IS NOT NULL OR milestone IS NOT NULL OR is_blocked IS NOT NULL OR points IS NOT NULL
      OR issue_type IS NOT NULL OR severity IS NOT NULL OR priority IS NOT NULL
      OR swimlane IS NOT NULL OR due_date IS NOT NULL OR story IS NOT NULL OR assigned IS NOT NULL)
  UNION ALL
  SELECT key, at, 1000000000 + n, NULL, NULL, NULL, NULL, ARRAY[is_closed::integer], NULL, NULL, NULL, NULL, NULL, NULL
  FROM story_toggle
  WHERE changes
  UNION ALL
  SELECT e.key, greatest(e.at, r.removed_at), 2000000001, NULL, ARRAY[r.moved_to], NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM status_entry AS e
  JOIN status_removal AS r ON r.status_key = e.status_key
  WHERE r.moved_to IS NOT NULL AND (e.left_at IS NULL OR e.left_at > r.removed_at)
  UNION ALL
  SELECT
    l.key, :now, 2000000002, ARRAY[i.project_id], ARRAY[i.status_id], ARRAY[i.milestone_id], ARRAY[i.is_blocked::integer],
    CASE WHEN l.kind = 'userstory' AND (NOT i.is_closed_itself OR i.closed_at <= :now) THEN ARRAY[i.is_closed_itself::integer] END,
    ARRAY[(SELECT sum(round(p.value::numeric, 3))::double precision FROM userstories_rolepoints AS r JOIN projects_points AS p ON p.id = r.points_id
           WHERE l.kind = 'userstory' AND r.user_story_id = l.item_id)],
    ARRAY[coalesce(i.issue_type_id, i.swimlane_id, i.story_id)], ARRAY[i.severity_id], ARRAY[i.priority_id],
    ARRAY[i.due_date - date '1970-01-01'], i.assigned::text
  FROM life AS l
  JOIN item_record AS i ON i.history_key = l.key
  WHERE NOT l.later
), known AS (
  SELECT
    key, at, position,
    ARRAY[
      (max(position || project::double precision[]) FILTER (WHERE project IS NOT NULL) OVER same)[2],
      (max(position || status::double precision[]) FILTER (WHERE status IS NOT NULL) OVER same)[2],
      (max(position || milestone::double precision[]) FILTER (WHERE milestone IS NOT NULL) OVER same)[2],
      (max(position || blocked::double precision[]) FILTER (WHERE blocked IS NOT NULL) OVER same)[2],
      (max(position || closed::double precision[]) FILTER (WHERE closed IS NOT NULL) OVER same)[2],
      (max(position || points) FILTER (WHERE points IS NOT NULL) OVER same)[2],
      (max(position || own::double precision[]) FILTER (WHERE own IS NOT NULL) OVER same)[2],
      (max(position || severity::double precision[]) FILTER (WHERE severity IS NOT NULL) OVER same)[2],
      (max(position || priority::double precision[]) FILTER (WHERE priority IS NOT NULL) OVER same)[2],
      (max(position || due_day::double precision[]) FILTER (WHERE due_day IS NOT NULL) OVER same)[2]
    ] AS fields,
    (max(ARRAY[to_char(position, 'FM000000000'), assigned]) FILTER (WHERE assigned IS NOT NULL) OVER same)[2] AS assigned
  FROM (SELECT *, (row_number() OVER (PARTITION BY key ORDER BY at, n))::double precision AS position FROM change) AS c
  WINDOW same AS (PARTITION BY key ORDER BY position)
), settled AS (
  -- Of several changes at one moment the last one holds; then only real changes matter.
  SELECT *, lag(fields) OVER before AS fields_before, lag(assigned) OVER before AS assigned_before
  FROM (SELECT *, lead(at) OVER (PARTITION BY key ORDER BY position) AS next_at FROM known) AS k
  WHERE next_at IS NULL OR next_at > at
  WINDOW before AS (PARTITION BY key ORDER BY at)
)
SELECT
  s.key, l.kind, l.item_id, s.valid_from, s.valid_to,
  fields[1]::integer AS project_id,
  fields[2]::integer AS status_id,
  l.kind || ':' || fields[1]::integer || ':' || fields[2]::integer AS status_key,
  fields[3]::integer AS milestone_id,
  fields[4] = 1 AS is_blocked,
  fields[5] = 1 AS is_closed_itself,
  fields[6] AS points,
  CASE WHEN l.kind = 'issue' THEN fields[7]::integer END AS issue_type_id,
  CASE WHEN l.kind = 'userstory' THEN fields[7]::integer END AS swimlane_id,
  CASE WHEN l.kind = 'task' THEN fields[7]::integer END AS story_id,
  fields[8]::integer AS severity_id,
  fields[9]::integer AS priority_id,
  date '1970-01-01' + fields[10]::integer AS due_date,
  -- The users it is assigned to; 0: one whom this Taiga does not know.
  s.assigned::integer[] AS assigned
FROM (
  SELECT s.key, s.fields, s.assigned, s.at AS valid_from, coalesce(lead(s.at) OVER (PARTITION BY s.key ORDER BY s.at), l.died_at) AS valid_to
  FROM settled AS s
  JOIN life AS l ON l.key = s.key
  WHERE (fields IS DISTINCT FROM fields_before OR s.assigned IS DISTINCT FROM s.assigned_before) AND s.at < coalesce(l.died_at, 'infinity')
) AS s
JOIN life AS l ON l.key = s.key
