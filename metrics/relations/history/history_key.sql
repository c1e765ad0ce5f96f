-- Which items each project has, or had rows of in its history, by history key; and how many rows.
SELECT project_id, key, sum(entries)::bigint AS entries
FROM (
  SELECT project_id, key, count(*) AS entries
  FROM history_historyentry
  WHERE key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$'
  GROUP BY project_id, key
  UNION ALL
  SELECT project_id, 'epics.epic:' || id, 0 FROM epics_epic
  UNION ALL
  SELECT project_id, 'userstories.userstory:' || id, 0 FROM userstories_userstory
  UNION ALL
  SELECT project_id, 'tasks.task:' || id, 0 FROM tasks_task
  UNION ALL
  SELECT project_id, 'issues.issue:' || id, 0 FROM issues_issue
) AS k
GROUP BY project_id, key
ORDER BY project_id
