-- relations: history, item_record
-- Which keys must be read together: a user story and every task it ever had (story_toggle needs all of them, also the
-- deleted ones, which only their own rows connect with the story). An item alone is its own family. A task that was moved
-- between stories appears once for each of them: the reader joins such families into one.
SELECT DISTINCT key, 'userstories.userstory:' || story_id AS family
FROM (
  SELECT key, story[1] AS story_id FROM history WHERE kind = 'task' AND NOT corrupt AND story IS NOT NULL
  UNION ALL
  SELECT key, story[2] FROM history WHERE kind = 'task' AND NOT corrupt AND story IS NOT NULL
  UNION ALL
  SELECT history_key, story_id FROM item_record WHERE kind = 'task'
) AS t
WHERE story_id IS NOT NULL
