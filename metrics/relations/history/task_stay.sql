-- relations: state, status_label, project, sprint_life
-- The tasks in each sprint, over its life, and whether they were in a closed status: the spans of taiga_sprint_tasks.
-- A task is where its story is: Taiga moves it along, and writes no row for it, or a late one.
WITH task AS (
  SELECT t.key, t.story_id, t.milestone_id, coalesce(l.is_closed, FALSE) AS is_closed, t.valid_from, coalesce(t.valid_to, 'infinity') AS valid_to
  FROM state AS t
  JOIN project AS p ON p.project_id = t.project_id
  LEFT JOIN status_label AS l ON l.status_key = t.status_key
  -- CASE, not a plain test, of which PostgreSQL expects next to nothing: it would work out the labels for each row anew.
  WHERE CASE WHEN t.kind = 'task' THEN TRUE ELSE FALSE END
), placed AS (
  SELECT key, milestone_id, milestone_id AS own_milestone_id, is_closed, valid_from, valid_to
  FROM task
  -- Of a story that nothing tells of, nothing is known.
  WHERE NOT EXISTS (SELECT FROM state AS s WHERE s.kind = 'userstory' AND s.item_id = task.story_id)
  UNION ALL
  SELECT
    t.key, s.milestone_id, t.milestone_id, t.is_closed,
    greatest(t.valid_from, s.valid_from), least(t.valid_to, coalesce(s.valid_to, 'infinity'))
  FROM task AS t
  JOIN state AS s
    ON s.kind = 'userstory' AND s.item_id = t.story_id
    AND s.valid_from < t.valid_to AND coalesce(s.valid_to, 'infinity') > t.valid_from
), stay AS (
  SELECT
    key, milestone_id, is_closed, valid_from,
    CASE WHEN valid_to = 'infinity' AND milestone_id IS DISTINCT FROM own_milestone_id THEN :now ELSE valid_to END AS valid_to
  FROM placed
  UNION ALL
  -- The last word has the task's table, which can disagree with the story's.
  SELECT key, own_milestone_id, is_closed, :now, 'infinity'
  FROM placed
  WHERE valid_to = 'infinity' AND milestone_id IS DISTINCT FROM own_milestone_id
)
SELECT
  s.key, m.project, m.sprint, s.is_closed,
  greatest(s.valid_from, m.born_at) AS valid_from,
  nullif(least(s.valid_to, coalesce(m.ended_at, 'infinity')), 'infinity') AS valid_to
FROM stay AS s
JOIN sprint_life AS m
  ON m.milestone_id = s.milestone_id AND m.born_at < s.valid_to AND coalesce(m.ended_at, 'infinity') > s.valid_from
WHERE s.valid_to > s.valid_from
