-- requires: projects_swimlane
-- The swimlanes of the boards of user stories, of all projects.
SELECT id AS swimlane_id, project_id, name AS swimlane
FROM projects_swimlane
