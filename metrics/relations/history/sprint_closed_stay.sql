-- relations: state, life, status_label, sprint_life
-- When Taiga regarded each sprint as closed, and when not. No row tells of it: it follows from what was in the sprint
-- (stories, tasks without a story, issues), of which there must be something, and all of it closed. Taiga works that out
-- when an item changes; a deletion can only close a sprint, so what was closed stays so when its last items are deleted.
WITH item AS (
  SELECT
    s.milestone_id, s.valid_from, s.valid_to, s.valid_to IS NOT DISTINCT FROM l.died_at AS is_last,
    CASE WHEN s.kind = 'userstory' THEN coalesce(s.is_closed_itself, FALSE) ELSE coalesce(status.is_closed, FALSE) END::integer AS closed
  FROM state AS s
  JOIN life AS l ON l.key = s.key
  LEFT JOIN status_label AS status ON status.status_key = s.status_key
  WHERE s.milestone_id IS NOT NULL AND (s.kind <> 'task' OR s.story_id IS NULL)
), counted AS (
  SELECT
    milestone_id, at, bool_and(is_deletion) AS is_deletion,
    sum(sum(items)) OVER same AS items,
    sum(sum(items)) OVER same = sum(sum(closed)) OVER same AS all_closed
  FROM (
    SELECT milestone_id, valid_from AS at, 1 AS items, closed, FALSE AS is_deletion FROM item
    UNION ALL
    SELECT milestone_id, valid_to, -1, -closed, is_last FROM item WHERE valid_to IS NOT NULL
  ) AS d
  GROUP BY milestone_id, at
  WINDOW same AS (PARTITION BY milestone_id ORDER BY at)
), change AS (
  SELECT milestone_id, born_at AS at, '-infinity' AS told_at, FALSE AS is_closed
  FROM sprint_life
  UNION ALL
  SELECT
    l.milestone_id, greatest(c.at, l.born_at), c.at,
    CASE WHEN c.items > 0 THEN c.all_closed
      ELSE c.is_deletion AND coalesce(lag(c.all_closed) OVER (PARTITION BY c.milestone_id ORDER BY c.at), FALSE) END
  FROM counted AS c
  JOIN sprint_life AS l ON l.milestone_id = c.milestone_id
  UNION ALL
  SELECT l.milestone_id, :now, 'infinity', m.closed
  FROM sprint_life AS l
  JOIN milestones_milestone AS m ON m.id = l.milestone_id
  WHERE NOT l.later
), settled AS (
  -- Of several at one moment the last one holds; then only real changes matter.
  SELECT *, lag(is_closed) OVER (PARTITION BY milestone_id ORDER BY at) AS was_closed
  FROM (SELECT *, lead(at) OVER (PARTITION BY milestone_id ORDER BY at, told_at) AS next_at FROM change) AS c
  WHERE next_at IS NULL OR next_at > at
)
SELECT
  l.milestone_id, l.project, l.sprint, s.is_closed, s.at AS valid_from,
  coalesce(lead(s.at) OVER (PARTITION BY l.milestone_id ORDER BY s.at), l.ended_at) AS valid_to
FROM settled AS s
JOIN sprint_life AS l ON l.milestone_id = s.milestone_id
WHERE s.is_closed IS DISTINCT FROM s.was_closed AND s.at < coalesce(l.ended_at, 'infinity')
