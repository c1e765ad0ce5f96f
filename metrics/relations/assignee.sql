-- relations: assignment, person
-- All assignees of an item in one label.
SELECT a.kind, a.item_id, string_agg(p.person, ', ' ORDER BY p.person) AS assignee
FROM assignment AS a
JOIN person AS p USING (user_id)
WHERE p.person <> ''
GROUP BY a.kind, a.item_id
