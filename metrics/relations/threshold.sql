-- relations: project
-- What the team calls exceptional (`thresholds` in the configuration), for each project: of the rules for a name and
-- kind the first that fits the project. kind NULL: for all kinds.
SELECT DISTINCT ON (p.project_id, rule ->> 'name', rule ->> 'kind')
  p.project_id,
  p.project,
  rule ->> 'name' AS name,
  rule ->> 'kind' AS kind,
  (rule ->> 'seconds')::double precision AS seconds,
  make_interval(secs => (rule ->> 'seconds')::double precision) AS duration
FROM project AS p
JOIN jsonb_array_elements(:thresholds) WITH ORDINALITY AS rules (rule, precedence)
  ON p.project LIKE rule ->> 'project'
ORDER BY p.project_id, rule ->> 'name', rule ->> 'kind', precedence
