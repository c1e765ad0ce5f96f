-- relations: item
-- When something last happened to each item that is not closed. Not modified_date, which drag and drop leaves alone.
SELECT
  i.kind,
  i.item_id,
  -- A promoted story has copies of comments that are older than it is.
  GREATEST(
    i.created_at,
    COALESCE(
      (
        SELECT max(h.created_at)
        FROM history_historyentry AS h
        WHERE h.key = i.history_key AND h.created_at <= :now
      ),
      i.modified_at
    )
  ) AS last_activity_at
FROM item AS i
WHERE NOT i.is_closed
