-- relations: life, project
-- Every item's birth, also of those that have died since. Label facts: the project of its first history row.
SELECT l.born_at AS at, p.project, l.kind, l.item_id, l.key
FROM life AS l
JOIN project AS p ON p.project_id = l.born_project_id
