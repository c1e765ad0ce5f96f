-- relations: column_item
-- Work in progress, and since when: the first time that the item entered an active or waiting status.
SELECT kind, item_id, started_at
FROM column_item
WHERE stage IN ('active', 'waiting')
