-- relations: item, workflow
-- Work in progress, and since when: the first time that the item entered an active or waiting status, read from its
-- own history by key. Rows from before its birth are copies of comments on what it was promoted from. A status is known
-- by the name that the row has for it, else by its id within the row's project: an imported row has another Taiga's ids.
SELECT
  e.kind,
  e.item_id,
  COALESCE(min(e.at) FILTER (WHERE COALESCE(named.stage, coded.stage) IN ('active', 'waiting')), e.created_at) AS started_at
FROM (
  SELECT
    i.kind, i.item_id, i.created_at, h.at,
    i.kind || ':' || h.project_id || ':' || h.status_id AS status_key,
    i.kind || ':' || h.project_id || ':' || h.status AS name_key
  FROM item AS i
  LEFT JOIN LATERAL (
    SELECT h.created_at AS at, h.project_id, s.status_id, h."values" -> 'status' ->> s.status_id AS status
    FROM history_historyentry AS h
    CROSS JOIN LATERAL (
      SELECT CASE h.type WHEN 1 THEN h.diff #>> '{status,1}' WHEN 2 THEN h.snapshot ->> 'status' END AS status_id
    ) AS s
    WHERE
      h.key = i.history_key
      AND h.created_at BETWEEN i.created_at AND :now
      AND s.status_id IS NOT NULL
  ) AS h ON TRUE
  WHERE i.stage IN ('active', 'waiting') AND NOT i.is_closed
) AS e
LEFT JOIN workflow AS named ON named.name_key = e.name_key
LEFT JOIN workflow AS coded ON coded.status_key = e.status_key AND named.status_key IS NULL
GROUP BY e.kind, e.item_id, e.created_at
