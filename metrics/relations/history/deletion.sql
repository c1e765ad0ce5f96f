-- relations: life, project
-- Every item's death: its delete row, or what must be concluded for tasks that go without one (see life).
SELECT l.died_at AS at, p.project, l.kind, l.item_id, l.key
FROM life AS l
JOIN project AS p ON p.project_id = l.last_project_id
WHERE l.died_at IS NOT NULL
