-- The projects that are exported: all that the configuration's patterns include, blocked and archived ones too.
SELECT
  p.id AS project_id,
  p.slug AS project,
  p.name AS project_name,
  p.is_private,
  p.created_date AS created_at,
  -- Anybody may type in anything; beyond this it is no plan, and could not be counted to the thousandth.
  CASE WHEN p.total_story_points BETWEEN -1e12 AND 1e12 THEN p.total_story_points END AS planned_points,
  p.total_milestones AS planned_sprints,
  p.default_us_status_id
FROM projects_project AS p
WHERE
  -- Taiga removes a project's rows in the background; what is left of one meanwhile is no project any more.
  p.blocked_code IS DISTINCT FROM 'blocked-by-deleting'
  AND p.slug LIKE ANY (:projects_include)
  AND NOT p.slug LIKE ANY (:projects_exclude)
