-- relations: life, item_record
-- Between two things that happened to an item: from the first of them to the next (valid_to NULL: nothing yet). Any row of
-- its history counts, also a hidden one; before its first row its birth, and without rows its table's last change.
SELECT
  key, at AS valid_from,
  lead(at) OVER (PARTITION BY key ORDER BY at) AS valid_to
FROM (
  SELECT h.key, h.created_at AS at
  FROM history_historyentry AS h
  JOIN life AS l ON l.key = h.key
  -- A promoted story has copies of comments that are older than it is.
  WHERE h.created_at > l.born_at AND h.created_at <= :now
  UNION
  SELECT key, born_at
  FROM life
  UNION
  SELECT i.history_key, i.modified_at
  FROM item_record AS i
  WHERE i.modified_at <= :now AND NOT EXISTS (SELECT FROM history_historyentry AS h WHERE h.key = i.history_key AND h.created_at <= :now)
) AS happened
