-- relations: life
-- From when to when user stories were linked to epics: by the rows of the links, which have a history of their own, or up
-- to the end of either. Of a link without a row nothing shows that it was there before :now; of one that went without
-- a row, that it was gone before :now, if it was not made anew. Found by the index on the beginning of the key.
WITH told AS (
  SELECT
    link_id,
    min(at) FILTER (WHERE type = 2 AND at <= :now) AS linked_at,
    max(at) FILTER (WHERE type = 3) AS unlinked_at,
    bool_or(at > :now) AS later,
    max(epic_id) AS epic_id,
    max(story_id) AS story_id
  FROM (
    SELECT
      substring(key FROM '^epics\.relateduserstory:(\d{1,9})$')::integer AS link_id, type, created_at AS at,
      substring(snapshot ->> 'epic' FROM '^\d{1,9}$')::integer AS epic_id,
      substring(snapshot ->> 'user_story' FROM '^\d{1,9}$')::integer AS story_id
    FROM history_historyentry
    WHERE key LIKE 'epics.relateduserstory:%' AND type IN (2, 3)
  ) AS h
  WHERE link_id IS NOT NULL
  GROUP BY link_id
), link AS (
  SELECT
    coalesce(r.epic_id, t.epic_id) AS epic_id, coalesce(r.user_story_id, t.story_id) AS story_id,
    coalesce(t.linked_at, :now) AS linked_at,
    CASE
      WHEN r.id IS NOT NULL OR t.unlinked_at > :now OR t.unlinked_at IS NULL AND t.later THEN NULL
      ELSE coalesce(t.unlinked_at, :now)
    END AS unlinked_at
  FROM told AS t
  FULL JOIN epics_relateduserstory AS r ON r.id = t.link_id
  WHERE t.linked_at IS NOT NULL OR r.id IS NOT NULL AND t.later IS NOT TRUE
)
SELECT *
FROM (
  SELECT
    k.epic_id, k.story_id,
    greatest(k.linked_at, e.born_at, s.born_at) AS valid_from,
    -- What is NULL does not count.
    least(k.unlinked_at, e.died_at, s.died_at, lead(k.linked_at) OVER (PARTITION BY k.epic_id, k.story_id ORDER BY k.linked_at)) AS valid_to
  FROM link AS k
  JOIN life AS e ON e.kind = 'epic' AND e.item_id = k.epic_id
  JOIN life AS s ON s.kind = 'userstory' AND s.item_id = k.story_id
) AS k
WHERE coalesce(valid_to, 'infinity') > valid_from
