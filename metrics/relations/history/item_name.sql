-- relations: item_record, project
-- What each item is called today. For lists of what history tells: unlike item, it reads nothing but the items of :keys.
SELECT i.history_key AS key, i.ref, i.subject
FROM item_record AS i
JOIN project AS p ON p.project_id = i.project_id
