-- relations: toggle, life, start, status_entry, stage_then, estimate, project
-- Every closing, with the lead time since the item's birth and the cycle time since it was started (NULL: it was not).
-- stage: of the status that the item was in then, where a row tells what it was called; of a story that its tasks closed
-- it may be any. points: a story's, then.
SELECT
  t.at, t.project_id, p.project, t.kind, t.item_id, t.key,
  t.at - l.born_at AS lead_time,
  CASE WHEN s.started_at <= t.at THEN t.at - s.started_at END AS cycle_time,
  stage.stage,
  points.points
FROM toggle AS t
JOIN project AS p ON p.project_id = t.project_id
JOIN life AS l ON l.key = t.key
LEFT JOIN start AS s ON s.key = t.key
LEFT JOIN status_entry AS e ON e.key = t.key AND e.is_named AND e.at <= t.at AND coalesce(e.left_at, 'infinity') > t.at
LEFT JOIN stage_then AS stage ON stage.status_then = e.status_then
LEFT JOIN estimate AS points ON points.key = t.key AND points.valid_from <= t.at AND coalesce(points.valid_to, 'infinity') > t.at
WHERE t.is_closed
