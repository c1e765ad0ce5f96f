-- relations: remembered_status, any_status, item_record
-- The items whose history meets a status of which remembered_status tells something that today's tables do not, by its id
-- or name, at a time when that matters; all items of a board (mention 0) where it concerns the board. More than that, and
-- what is no item's key, do no harm.
WITH meant AS (
  SELECT
    r.kind, r.project_id, r.status_id, m.mention,
    -- From its last switch on, a status is marked as it is today; of one that is gone, the tables tell nothing.
    CASE WHEN r.status_id = 0 OR r.status_key IN (SELECT status_key FROM any_status) THEN max(r.valid_from) ELSE 'infinity' END AS until
  FROM remembered_status AS r
  LEFT JOIN (SELECT board, min(status_id) AS oldest_id FROM any_status GROUP BY board) AS b ON b.board = r.board
  CROSS JOIN LATERAL (
    VALUES
      (r.status_id::text),
      (r.status),
      -- One that is older than all of today's concerns the whole board: it takes the stage of the oldest from another.
      (CASE WHEN r.status_id > 0 AND r.status_id < coalesce(b.oldest_id, r.status_id + 1) THEN '0' END)
  ) AS m (mention)
  GROUP BY r.kind, r.project_id, r.status_id, r.status_key, m.mention
), board AS (
  SELECT left(kind, 1) AS letter, kind, project_id, max(until) AS until
  FROM meant
  GROUP BY kind, project_id
), mentioned AS (
  SELECT h.key, h.project_id, h.created_at AS at, b.kind, m.mention
  FROM history_historyentry AS h
  JOIN board AS b ON b.letter = left(h.key, 1) AND b.project_id = h.project_id AND h.created_at < b.until
  CROSS JOIN LATERAL (
    SELECT unnest(ARRAY[h.diff #>> '{status,0}', h.diff #>> '{status,1}', h.snapshot ->> 'status', '0']) AS mention
    UNION ALL
    SELECT jsonb_each_text.value
    FROM jsonb_each_text(CASE jsonb_typeof(h."values" -> 'status') WHEN 'object' THEN h."values" -> 'status' ELSE '{}' END)
  ) AS m
  WHERE h.type IN (1, 2, 3)
  UNION ALL
  -- Also what history does not tell of: the item may be older than its first row.
  SELECT i.history_key, i.project_id, i.created_at, i.kind, m.mention
  FROM item_record AS i
  CROSS JOIN LATERAL (VALUES (i.status_id::text), ('0')) AS m (mention)
)
SELECT DISTINCT i.key
FROM mentioned AS i
JOIN meant AS s ON s.kind = i.kind AND s.project_id = i.project_id AND s.mention = i.mention AND i.at < s.until
