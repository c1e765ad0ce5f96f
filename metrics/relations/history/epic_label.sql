-- relations: life, item_record, project
-- Every epic that ever was in the exported projects, as it is called today; a deleted one as history last knew it.
SELECT
  l.item_id AS epic_id, p.project, coalesce(i.ref::text, gone.ref) AS epic, coalesce(i.subject, gone.subject) AS subject,
  l.born_at, l.died_at
FROM life AS l
LEFT JOIN item_record AS i ON i.history_key = l.key
JOIN project AS p ON p.project_id = coalesce(i.project_id, l.last_project_id)
LEFT JOIN LATERAL (
  SELECT h.snapshot ->> 'ref' AS ref, h.snapshot ->> 'subject' AS subject
  FROM history_historyentry AS h
  WHERE i.history_key IS NULL AND h.key = l.key AND h.type IN (2, 3) AND h.created_at <= :now
  ORDER BY h.created_at DESC
  LIMIT 1
) AS gone ON TRUE
WHERE l.kind = 'epic'
