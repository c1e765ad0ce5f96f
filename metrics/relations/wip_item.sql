-- relations: item, workflow
-- Work in progress, and since when: the first time that the item entered an active or waiting status, read from its
-- own history by key. Rows from before its birth are copies of comments on what it was promoted from.
SELECT
  i.kind,
  i.item_id,
  COALESCE(entry.first_at, i.created_at) AS started_at
FROM item AS i
LEFT JOIN LATERAL (
  SELECT min(h.created_at) AS first_at
  FROM history_historyentry AS h
  JOIN workflow AS w
    ON w.kind = i.kind
    AND w.status_id::text = CASE WHEN h.type = 1 THEN h.diff #>> '{status,1}' ELSE h.snapshot ->> 'status' END
    AND w.stage IN ('active', 'waiting')
  WHERE
    h.key = i.history_key
    AND h.created_at BETWEEN i.created_at AND :now
) AS entry ON TRUE
WHERE i.stage IN ('active', 'waiting') AND NOT i.is_closed
