-- relations: entry, life
-- Each issue's type and severity from when to when, as they are called today ('' when none, or deleted). The last ones hold
-- for ever (valid_to NULL), so that what happened in the issue's last moment finds them, too.
-- An array of one value is what a row tells, NULL: nothing; so the greatest of (position, value) is what is known by then.
WITH change AS (
  SELECT key, born_at AS at, 0 AS n, born_project_id AS project_id, ARRAY[issue_type_id] AS issue_type, ARRAY[severity_id] AS severity
  FROM life
  -- Not kind = 'issue' alone: the planner takes that for a rarity, and then loops over everything that is joined later.
  WHERE CASE WHEN kind = 'issue' THEN TRUE ELSE FALSE END
  UNION ALL
  SELECT key, at, n, project_id, issue_type[2:2], severity[2:2]
  FROM entry
  WHERE CASE WHEN kind = 'issue' THEN TRUE ELSE FALSE END AND type <> 3 AND NOT is_import AND (issue_type IS NOT NULL OR severity IS NOT NULL)
), known AS (
  SELECT
    key, project_id, at AS valid_from,
    lead(at) OVER same AS valid_to,
    (max(position || issue_type) FILTER (WHERE issue_type IS NOT NULL) OVER same)[2] AS issue_type_id,
    (max(position || severity) FILTER (WHERE severity IS NOT NULL) OVER same)[2] AS severity_id
  FROM (SELECT *, (row_number() OVER (PARTITION BY key ORDER BY at, n))::integer AS position FROM change) AS c
  WINDOW same AS (PARTITION BY key ORDER BY position)
)
SELECT k.key, coalesce(t.name, '') AS issue_type, coalesce(s.name, '') AS severity, k.valid_from, k.valid_to
FROM known AS k
LEFT JOIN projects_issuetype AS t ON t.id = k.issue_type_id AND t.project_id = k.project_id
LEFT JOIN projects_severity AS s ON s.id = k.severity_id AND s.project_id = k.project_id
