-- relations: history
-- The history rows that count, in their order within the item (n), with what the item's other rows tell about its
-- life: recorded_at its first create row, deleted_at its delete row, last_at its last row, later: it has rows after
-- :now. Left out: corrupt rows, rows of the future, and the comments that a promotion copies from an issue or task
-- to the new story under their old times. (Taiga records the first change of an item without history as its
-- creation, so a change before that cannot be the story's own.)
SELECT
  h.*,
  -- The story's points after this row: the sum over its roles; NULL when every role says "?" (unestimated). A value that
  -- was deleted since counts as the number its name was.
  CASE WHEN jsonb_typeof(points -> 1) = 'object' THEN
    (SELECT sum(coalesce(p.value, CASE WHEN p.id IS NULL AND point_names ->> r.value ~ '^\d{1,6}(\.\d+)?$' THEN (point_names ->> r.value)::double precision END))
     FROM jsonb_each_text(points -> 1) AS r
     LEFT JOIN projects_points AS p ON p.id = r.value::integer)
  END AS total_points
FROM (
  SELECT
    h.*,
    row_number() OVER same AS n,
    min(at) FILTER (WHERE type = 2) OVER whole AS recorded_at,
    max(at) FILTER (WHERE type = 3) OVER whole AS deleted_at,
    max(at) OVER whole AS last_at,
    bool_or(at > :now) OVER whole AS later
  FROM history AS h
  WHERE NOT corrupt
  WINDOW
    same AS (PARTITION BY key ORDER BY at, type = 3, type <> 2, entry_id),
    whole AS (PARTITION BY key ORDER BY at, type = 3, type <> 2, entry_id
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
) AS h
-- Before Taiga 5.5 stories have no from_task_ref: below its name means this NULL then.
CROSS JOIN (SELECT NULL::text AS from_task_ref) AS before_5_5
WHERE at <= :now
  AND NOT (
    kind = 'userstory' AND type = 1
    AND at < coalesce(
      recorded_at,
      (SELECT s.created_date - interval '1 minute' FROM userstories_userstory AS s
       WHERE s.id = h.item_id AND (s.generated_from_issue_id IS NOT NULL OR from_task_ref IS NOT NULL)),
      '-infinity'))
