-- relations: project, today
-- Sprints (Taiga's milestones). Slugs are unique within a project.
SELECT
  m.id AS milestone_id,
  m.project_id,
  p.project,
  m.slug AS sprint,
  m.name AS sprint_name,
  -- Both days belong to the sprint.
  m.estimated_start::timestamp AT TIME ZONE :time_zone AS starts_at,
  (m.estimated_start + 1)::timestamp AT TIME ZONE :time_zone AS first_day_ends_at,
  (m.estimated_finish + 1)::timestamp AT TIME ZONE :time_zone AS ends_at,
  CASE
    WHEN today.today < m.estimated_start THEN 'future'
    WHEN today.today > m.estimated_finish THEN 'past'
    ELSE 'current'
  END AS state,
  m.closed AS is_closed
FROM milestones_milestone AS m
JOIN project AS p USING (project_id)
CROSS JOIN today
