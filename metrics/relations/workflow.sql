-- relations: project, status
-- What each status means for flow: the first configured rule that fits it, else Taiga's own flag, order and name.
SELECT
  s.status_key,
  s.kind,
  s.project_id,
  p.project,
  s.status_id,
  s.status,
  s.position,
  s.is_closed,
  COALESCE(
    configured.stage,
    CASE
      WHEN s.is_closed AND s.status ~* '^(rejected|won.?t ?(fix|do)|invalid|duplicated?|postponed|cancell?ed|discarded|abandoned|obsolete)$' THEN 'discarded'
      WHEN s.is_closed THEN 'done'
      -- The board's first open column is where things lie before anybody commits to them.
      WHEN row_number() OVER (PARTITION BY s.kind, s.project_id, s.is_closed ORDER BY s.position, s.status_id) = 1 THEN 'backlog'
      WHEN s.status ~* '^ready$' THEN 'ready'
      WHEN s.status ~* '^(blocked|on hold|needs? info(rmation)?|ready for (test|review|qa|acceptance).*)$' THEN 'waiting'
      ELSE 'active'
    END
  ) AS stage
FROM status AS s
JOIN project AS p USING (project_id)
LEFT JOIN LATERAL (
  SELECT rule ->> 'stage' AS stage
  FROM jsonb_array_elements(:workflow) WITH ORDINALITY AS rules (rule, precedence)
  WHERE
    p.project LIKE rule ->> 'project'
    AND s.kind = COALESCE(rule ->> 'kind', s.kind)
    AND s.status ILIKE rule ->> 'status'
  ORDER BY precedence
  LIMIT 1
) AS configured ON TRUE
