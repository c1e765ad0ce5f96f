-- All items that there are or were, by history key, and how many rows of history each has; project by project.
SELECT key, sum(entries)::bigint AS entries
FROM (
  SELECT key, min(project_id) AS project_id, count(*) AS entries
  FROM history_historyentry
  WHERE key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$'
  GROUP BY key
  UNION ALL
  SELECT 'epics.epic:' || id, project_id, 0 FROM epics_epic
  UNION ALL
  SELECT 'userstories.userstory:' || id, project_id, 0 FROM userstories_userstory
  UNION ALL
  SELECT 'tasks.task:' || id, project_id, 0 FROM tasks_task
  UNION ALL
  SELECT 'issues.issue:' || id, project_id, 0 FROM issues_issue
) AS k
GROUP BY key
ORDER BY min(project_id)
