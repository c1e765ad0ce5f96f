-- All items that there are or were, by history key, and how many rows of history each has; project by project.
SELECT key, sum(entries)::bigint AS entries
FROM (
  SELECT key, project_id, entries
  FROM (
    SELECT key, min(project_id) AS project_id, count(*) AS entries
    FROM history_historyentry
    GROUP BY key
    OFFSET 0 -- what a key must look like takes longer to test than to read the row: once for each key
  ) AS h
  WHERE key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$'
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
