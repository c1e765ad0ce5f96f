-- relations: status_entry, stage_then, project
-- Every move between two statuses that history recorded, under the names and in the project of that moment.
-- points: the story's points then. duration: how long the item had been in from_status (NULL when that is not known).
-- Not here, because no row tells them: moves by the deletion of a status, and the first move of a promoted story.
SELECT
  e.at, p.project, e.kind, e.item_id, e.key, e.entry_id,
  coalesce(e.from_status, '') AS from_status, coalesce(e.status, '') AS to_status,
  e.from_status_id, e.status_id AS to_status_id,
  f.stage AS from_stage, t.stage AS to_stage,
  e.points,
  e.at - e.entered_from_at AS duration
FROM status_entry AS e
JOIN project AS p ON p.project_id = e.project_id
LEFT JOIN stage_then AS f ON f.status_then = e.from_status_then
LEFT JOIN stage_then AS t ON t.status_then = e.status_then
WHERE e.is_move
