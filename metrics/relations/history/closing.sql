-- relations: toggle, life, start, project
-- Every closing, with the lead time since the item's birth and the cycle time since it was started (NULL: it was not).
SELECT
  t.at, p.project, t.kind, t.item_id, t.key,
  t.at - l.born_at AS lead_time,
  CASE WHEN s.started_at <= t.at THEN t.at - s.started_at END AS cycle_time
FROM toggle AS t
JOIN project AS p ON p.project_id = t.project_id
JOIN life AS l ON l.key = t.key
LEFT JOIN start AS s ON s.key = t.key
WHERE t.is_closed
