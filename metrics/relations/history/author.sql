-- relations: person
-- Who did what a row of history tells, as people appear by the configuration (labels.people; NULL: not at all, or nobody is
-- known): one row for each row of items' history. Two roads, so that a plan never has to choose: one pass over everything, or
-- a lookup by index for each key. A name comes first, as the row may be another Taiga's; where nobody has that name, the
-- user was renamed, and the id counts.
SELECT h.key, h.at, h.entry_id, nullif(p.person, '') AS author
FROM (
  SELECT key, created_at AS at, id AS entry_id, "user" AS actor FROM history_historyentry WHERE :keys IS NULL
  UNION ALL
  SELECT e.*
  FROM (SELECT DISTINCT unnest(:keys) AS key) AS k
  CROSS JOIN LATERAL (SELECT key, created_at, id, "user" FROM history_historyentry WHERE key = k.key OFFSET 0) AS e
) AS h
LEFT JOIN users_user AS u ON u.id = substring(h.actor ->> 'pk' FROM '^\d{1,9}$')::integer
LEFT JOIN person AS p ON p.user_id = CASE
  WHEN coalesce(nullif(u.full_name, ''), u.username) = h.actor ->> 'name' THEN u.id
  ELSE coalesce((SELECT min(n.id) FROM users_user AS n WHERE coalesce(nullif(n.full_name, ''), n.username) = h.actor ->> 'name'), u.id)
END
