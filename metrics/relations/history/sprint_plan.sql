-- When each sprint was planned to run, as of every moment: from its own history, which keeps what its table forgets
-- (dates moved later, deleted sprints); from the table where there is none. Found by the index on the beginning of the key.
SELECT
  milestone_id, sprint,
  -- The month is cast and the days are added: no text can make that fail, not even February 30.
  (left(starts_on, 8) || '01')::date + right(starts_on, 2)::integer - 1 AS starts_on,
  (left(ends_on, 8) || '01')::date + right(ends_on, 2)::integer - 1 AS ends_on,
  CASE WHEN row_number() OVER same > 1 THEN at ELSE '-infinity' END AS valid_from,
  coalesce(lead(at) OVER same, 'infinity') AS valid_to
FROM (
  SELECT
    milestone_id, at, id,
    max(slug) OVER (PARTITION BY milestone_id) AS sprint,
    -- Dates are written year first, so the greatest of (time, date) as text is the latest date known then.
    (max(ARRAY[to_char(at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), starts_on]) FILTER (WHERE starts_on IS NOT NULL) OVER same)[2] AS starts_on,
    (max(ARRAY[to_char(at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), ends_on]) FILTER (WHERE ends_on IS NOT NULL) OVER same)[2] AS ends_on
  FROM (
    SELECT
      substring(key FROM ':(\d{1,9})$')::integer AS milestone_id, created_at AS at, id,
      CASE WHEN type = 2 THEN snapshot ->> 'slug' END AS slug,
      substring(CASE WHEN type = 2 THEN snapshot ->> 'estimated_start' ELSE diff -> 'estimated_start' ->> 1 END
        FROM '^[12]\d{3}-(?:0[1-9]|1[0-2])-[0-3]\d$') AS starts_on,
      substring(CASE WHEN type = 2 THEN snapshot ->> 'estimated_finish' ELSE diff -> 'estimated_finish' ->> 1 END
        FROM '^[12]\d{3}-(?:0[1-9]|1[0-2])-[0-3]\d$') AS ends_on
    FROM history_historyentry
    WHERE key LIKE 'milestones.milestone:%' AND created_at <= :now AND type IN (1, 2)
  ) AS h
  WHERE milestone_id IS NOT NULL AND (starts_on IS NOT NULL OR ends_on IS NOT NULL OR slug IS NOT NULL)
  WINDOW same AS (PARTITION BY milestone_id ORDER BY at, id)
) AS h
WINDOW same AS (PARTITION BY milestone_id ORDER BY at, id)
UNION ALL
SELECT m.id, m.slug, m.estimated_start, m.estimated_finish, '-infinity', 'infinity'
FROM milestones_milestone AS m
WHERE NOT EXISTS (SELECT FROM history_historyentry AS h WHERE h.key = 'milestones.milestone:' || m.id AND h.type = 2)
