-- relations: project
-- The history keys of everything that is in a project or has rows of its history there; an item that was moved has several
-- projects. A story comes with the tasks that it ever had, as far as they were in the project, too.
SELECT DISTINCT p.project, i.key
FROM project AS p
CROSS JOIN LATERAL (
  SELECT h.key
  FROM history_historyentry AS h
  WHERE h.project_id = p.project_id AND h.key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$'
  UNION ALL
  SELECT 'epics.epic:' || e.id FROM epics_epic AS e WHERE e.project_id = p.project_id
  UNION ALL
  SELECT 'userstories.userstory:' || s.id FROM userstories_userstory AS s WHERE s.project_id = p.project_id
  UNION ALL
  SELECT 'tasks.task:' || t.id FROM tasks_task AS t WHERE t.project_id = p.project_id
  UNION ALL
  SELECT 'issues.issue:' || i.id FROM issues_issue AS i WHERE i.project_id = p.project_id
) AS i
