-- relations: entry, toggle, project
-- Every time an item stopped being blocked while open, by being unblocked or closed, and for how long it had been so
-- (since it was blocked, or reopened while blocked). Items deleted while blocked do not count.
SELECT v.at, p.project, v.kind, v.item_id, v.key, v.at - v.since AS duration
FROM (
  SELECT
    *,
    lag(hindered) OVER same AS hindered_before,
    -- The greatest beginning up to the row before is the one of the stretch that ends here.
    max(began) OVER (PARTITION BY key ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS since
  FROM (
    SELECT
      *,
      CASE WHEN hindered AND NOT coalesce(lag(hindered) OVER (PARTITION BY key ORDER BY position), false) THEN at END AS began
    FROM (
      SELECT
        key, kind, item_id, project_id, at, position,
        coalesce((max(ARRAY[position, is_blocked::integer]) FILTER (WHERE is_blocked IS NOT NULL) OVER same)[2] = 1, false)
        AND coalesce((max(ARRAY[position, is_closed::integer]) FILTER (WHERE is_closed IS NOT NULL) OVER same)[2] = 0, true) AS hindered
      FROM (
        SELECT *, row_number() OVER (PARTITION BY key ORDER BY at, n) AS position
        FROM (
          SELECT key, kind, item_id, project_id, at, n, is_blocked[2] AS is_blocked, NULL::boolean AS is_closed
          FROM entry
          WHERE is_blocked IS NOT NULL AND type <> 3
          UNION ALL
          SELECT key, kind, item_id, project_id, at, 1000000000 + n, NULL, is_closed
          FROM toggle
        ) AS u
      ) AS u
      WINDOW same AS (PARTITION BY key ORDER BY position)
    ) AS h
  ) AS b
  WINDOW same AS (PARTITION BY key ORDER BY position)
) AS v
JOIN project AS p ON p.project_id = v.project_id
WHERE v.hindered_before AND NOT v.hindered
