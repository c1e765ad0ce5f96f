-- relations: workflow
-- requires: projects_swimlane
-- The cells of each board of user stories: a status, within a swimlane where the project has swimlanes, and the
-- limit of work in progress that somebody set for it. With swimlanes the limits of the pairs count, else the status'.
SELECT
  w.project_id, w.project, w.status_id, w.status, w.stage,
  lane.id AS swimlane_id,
  COALESCE(lane.name, '') AS swimlane,
  CASE WHEN lane.id IS NULL THEN s.wip_limit ELSE pair.wip_limit END AS wip_limit
FROM workflow AS w
JOIN projects_userstorystatus AS s ON s.id = w.status_id
LEFT JOIN projects_swimlane AS lane ON lane.project_id = w.project_id
LEFT JOIN projects_swimlaneuserstorystatus AS pair ON pair.swimlane_id = lane.id AND pair.status_id = s.id
WHERE w.kind = 'userstory'
UNION ALL
-- Stories that nobody put into one of the project's swimlanes.
SELECT w.project_id, w.project, w.status_id, w.status, w.stage, NULL, '', NULL
FROM workflow AS w
WHERE w.kind = 'userstory' AND EXISTS (SELECT FROM projects_swimlane AS lane WHERE lane.project_id = w.project_id)
