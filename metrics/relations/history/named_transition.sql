-- relations: transition
-- Every move between two statuses under the name that a team has for such a move: the first configured one that fits
-- the names of that moment, else by the stages that these stood for.
SELECT
  t.*,
  COALESCE(
    configured.name,
    CASE
      WHEN t.to_stage = 'discarded' THEN 'discarded'
      WHEN t.from_stage IN ('done', 'discarded') AND t.to_stage NOT IN ('done', 'discarded') THEN 'reopened'
      WHEN t.from_stage IN ('backlog', 'ready') AND t.to_stage = 'done' THEN 'skipped'
      WHEN t.from_stage IN ('active', 'waiting') AND t.to_stage = 'done' THEN 'delivered'
      WHEN t.from_status ~* 'fail' AND t.to_stage = 'waiting' AND t.to_status !~* 'fail' THEN 'fixed'
      WHEN t.from_stage IN ('active', 'waiting') AND t.to_status ~* 'fail' THEN 'rejected'
      WHEN t.from_stage = 'waiting' AND t.to_stage IN ('active', 'backlog', 'ready') THEN 'rejected'
      WHEN t.from_stage = 'active' AND t.to_stage = 'waiting' THEN 'developed'
      WHEN t.from_stage IN ('backlog', 'ready') AND t.to_stage IN ('active', 'waiting') THEN 'started'
      WHEN t.from_stage = 'backlog' AND t.to_stage = 'ready' THEN 'scope_increased'
      WHEN t.from_stage IN ('ready', 'active') AND t.to_stage = 'backlog' THEN 'scope_decreased'
      ELSE 'moved'
    END
  ) AS transition
FROM transition AS t
LEFT JOIN LATERAL (
  SELECT rule ->> 'name' AS name
  FROM jsonb_array_elements(:transitions) WITH ORDINALITY AS rules (rule, precedence)
  WHERE
    -- Known before any row is: then nothing is looked up for each of them.
    :transitions <> '[]'
    AND t.project LIKE rule ->> 'project'
    AND t.kind = COALESCE(rule ->> 'kind', t.kind)
    AND EXISTS (SELECT FROM jsonb_array_elements_text(rule -> 'from') AS pattern WHERE t.from_status ILIKE pattern)
    AND EXISTS (SELECT FROM jsonb_array_elements_text(rule -> 'to') AS pattern WHERE t.to_status ILIKE pattern)
  ORDER BY precedence
  LIMIT 1
) AS configured ON TRUE
