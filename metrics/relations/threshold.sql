-- relations: project
-- What the team calls exceptional (`thresholds` in the configuration), for each project: of the rules for a name and
-- kind the first that fits the project. kind NULL: for all kinds. Of a time, `before` is the moment that lies it back:
-- what has been so since then or longer is exceptional. Working time (`calendar`) goes back over nights and weekends.
SELECT DISTINCT ON (p.project_id, rule ->> 'name', rule ->> 'kind')
  p.project_id,
  p.project,
  rule ->> 'name' AS name,
  rule ->> 'kind' AS kind,
  (rule ->> 'value')::double precision AS value,
  make_interval(secs => (rule ->> 'value')::double precision) AS duration,
  (rule ->> 'before')::timestamptz AS before
FROM project AS p
JOIN jsonb_array_elements(:thresholds) WITH ORDINALITY AS rules (rule, precedence)
  ON p.project LIKE rule ->> 'project'
ORDER BY p.project_id, rule ->> 'name', rule ->> 'kind', precedence
