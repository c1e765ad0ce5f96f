-- relations: entry, project
-- Every comment made, also those deleted or edited since (their rows stay). Copies made by a promotion are not in entry.
SELECT e.at, p.project, e.kind, e.item_id, e.key, e.entry_id
FROM entry AS e
JOIN project AS p ON p.project_id = e.project_id
WHERE e.comment
