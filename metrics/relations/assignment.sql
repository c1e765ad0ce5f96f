-- relations: item
-- Who an item is assigned to: one row per item and person. A user story has a main assignee and any number of
-- others; Taiga keeps the two independent, so either counts.
SELECT i.kind, i.item_id, i.assigned_to_id AS user_id
FROM item AS i
WHERE i.assigned_to_id IS NOT NULL
UNION
SELECT 'userstory', a.userstory_id, a.user_id
FROM userstories_userstory_assigned_users AS a
