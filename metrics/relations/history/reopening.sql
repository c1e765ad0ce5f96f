-- relations: toggle, project
SELECT t.at, p.project, t.kind, t.item_id, t.key
FROM toggle AS t
JOIN project AS p ON p.project_id = t.project_id
WHERE NOT t.is_closed
