-- relations: state, status_label, project, sprint_life
-- The tasks in each sprint, over its life, and whether they were in a closed status: the spans of taiga_sprint_tasks.
-- A task is where its story is: Taiga moves it along, and writes no row for it, or a late one.
WITH placed AS (
  SELECT t.key, t.project_id, t.status_key, t.milestone_id, t.milestone_id AS own_milestone_id, t.valid_from, coalesce(t.valid_to, 'infinity') AS valid_to
  FROM state AS t
  -- Nothing is known of a story of another Taiga.
  WHERE t.kind = 'task' AND (t.story_id IS NULL OR t.story_id NOT IN (SELECT item_id FROM state WHERE kind = 'userstory'))
  UNION ALL
  SELECT
    t.key, t.project_id, t.status_key, s.milestone_id, t.milestone_id,
    greatest(t.valid_from, s.valid_from), least(coalesce(t.valid_to, 'infinity'), coalesce(s.valid_to, 'infinity'))
  FROM state AS t
  JOIN state AS s
    ON s.kind = 'userstory' AND s.item_id = t.story_id
    AND s.valid_from < coalesce(t.valid_to, 'infinity') AND coalesce(s.valid_to, 'infinity') > t.valid_from
  WHERE t.kind = 'task'
), stay AS (
  SELECT
    key, project_id, status_key, milestone_id, valid_from,
    CASE WHEN valid_to = 'infinity' AND milestone_id IS DISTINCT FROM own_milestone_id THEN :now ELSE valid_to END AS valid_to
  FROM placed
  UNION ALL
  -- The last word has the table, which can disagree with the story's.
  SELECT key, project_id, status_key, own_milestone_id, :now, 'infinity'
  FROM placed
  WHERE valid_to = 'infinity' AND milestone_id IS DISTINCT FROM own_milestone_id
)
SELECT
  s.key, m.project, m.sprint, coalesce(l.is_closed, FALSE) AS is_closed,
  greatest(s.valid_from, m.born_at) AS valid_from,
  nullif(least(s.valid_to, coalesce(m.ended_at, 'infinity')), 'infinity') AS valid_to
FROM stay AS s
JOIN project AS p ON p.project_id = s.project_id
JOIN sprint_life AS m
  ON m.milestone_id = s.milestone_id AND m.born_at < s.valid_to AND coalesce(m.ended_at, 'infinity') > s.valid_from
LEFT JOIN status_label AS l ON l.status_key = s.status_key
WHERE s.valid_to > s.valid_from
