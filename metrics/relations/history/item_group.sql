-- Which keys must be read together: a user story and every task it ever had (story_toggle needs all of them, also the
-- deleted ones, which only their own rows connect with the story). An item alone is its own group. A task that was moved
-- between stories appears once for each of them: the reader joins such groups into one. What a row that is otherwise
-- corrupt says of a story only makes a group larger than it needs to be.
SELECT DISTINCT key, 'userstories.userstory:' || story_id AS item_group
FROM (
  SELECT h.key, s.story_id
  FROM (
    -- Two roads, so that a plan never has to choose: one pass over everything, or a lookup by index for each key.
    SELECT key, type, diff, snapshot FROM history_historyentry WHERE :keys IS NULL
    UNION ALL
    SELECT e.*
    FROM (SELECT DISTINCT unnest(:keys) AS key) AS k
    CROSS JOIN LATERAL (
      SELECT key, type, diff, snapshot FROM history_historyentry WHERE key = k.key OFFSET 0
    ) AS e
  ) AS h
  CROSS JOIN LATERAL (
    VALUES
      (CASE h.type WHEN 1 THEN h.diff #>> '{user_story,0}' ELSE h.snapshot ->> 'user_story' END),
      (CASE h.type WHEN 1 THEN h.diff #>> '{user_story,1}' END)
  ) AS s (story_id)
  WHERE h.key LIKE 'tasks.task:%'
  UNION ALL
  SELECT 'tasks.task:' || t.id, t.user_story_id::text
  FROM (
    SELECT id, user_story_id FROM tasks_task WHERE :keys IS NULL
    UNION ALL
    SELECT t.*
    FROM (SELECT DISTINCT substring(k FROM '^tasks\.task:(\d{1,9})$')::integer AS id FROM unnest(:keys) AS k) AS k
    CROSS JOIN LATERAL (SELECT id, user_story_id FROM tasks_task WHERE id = k.id OFFSET 0) AS t
  ) AS t
) AS t
WHERE story_id ~ '^\d{1,9}$'
