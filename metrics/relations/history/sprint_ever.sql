-- Sprints under their slug, which is made once; deleted ones as their history row of creation knew them.
-- Their history is small and found by the index on the beginning of the key.
SELECT id AS milestone_id, project_id, slug AS sprint, name AS sprint_name, estimated_start AS starts_on, estimated_finish AS ends_on
FROM milestones_milestone
UNION ALL
SELECT
  substring(key FROM ':(\d{1,9})$')::integer, project_id, min(snapshot ->> 'slug'), min(snapshot ->> 'name'), NULL::date, NULL::date
FROM history_historyentry AS h
WHERE key LIKE 'milestones.milestone:%' AND key ~ ':\d{1,9}$' AND jsonb_typeof(snapshot) = 'object'
  AND NOT EXISTS (SELECT FROM milestones_milestone AS m WHERE m.id = substring(h.key FROM ':(\d{1,9})$')::integer)
GROUP BY key, project_id
