-- relations: state, status_label, project, board_cell, swimlane_ever
-- How long each user story was in a cell of a board in an active or waiting stage, or in another one that has a limit
-- today: the spans of taiga_wip_items. Taiga keeps no trace of the limits of the past.
SELECT s.key, s.project, s.status, coalesce(lane.swimlane, '') AS swimlane, s.valid_from, s.valid_to
FROM (
  SELECT s.key, s.project_id, p.project, s.status_id, l.status, l.stage, s.swimlane_id, s.valid_from, s.valid_to
  FROM state AS s
  JOIN project AS p ON p.project_id = s.project_id
  JOIN status_label AS l ON l.status_key = s.status_key
  -- CASE, not a plain test, of which PostgreSQL expects next to nothing: it would work out the labels for each row anew.
  WHERE CASE WHEN s.kind = 'userstory' THEN TRUE ELSE FALSE END
  OFFSET 0 -- else the planner thinks that what follows leaves next to nothing, and loops
) AS s
LEFT JOIN swimlane_ever AS lane ON lane.swimlane_id = s.swimlane_id
LEFT JOIN board_cell AS c
  ON c.project_id = s.project_id AND c.status_id = s.status_id AND c.swimlane_id IS NOT DISTINCT FROM s.swimlane_id
WHERE (s.stage IN ('active', 'waiting') OR c.wip_limit IS NOT NULL)
  -- No cell is in another project's swimlane.
  AND CASE WHEN lane.project_id <> s.project_id THEN FALSE ELSE TRUE END
