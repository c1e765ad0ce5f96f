-- relations: open_stay, life, status_entry, wip_board
-- What stood in a column where it was committed to or worked on, from when to when: column_item over the past. The
-- status that an item is in can change without a row; since when it stands there is the last row about its status.
WITH entered AS (
  SELECT
    key, at,
    min(at) FILTER (WHERE is_wip) OVER same AS started_at,
    lead(at) OVER same AS left_at
  FROM (
    SELECT
      e.key, e.at,
      bool_or(CASE
        WHEN e.type = 1 AND e.name_kept AND e.status = ANY (b.statuses) THEN e.status = ANY (b.wip_statuses)
        ELSE e.status_id::text = ANY (b.wip_status_ids)
      END) AS is_wip
    FROM status_entry AS e
    LEFT JOIN wip_board AS b ON b.board = e.kind || ':' || e.project_id
    GROUP BY e.key, e.at
    UNION ALL
    SELECT l.key, l.created_at, NULL
    FROM life AS l
    WHERE NOT EXISTS (SELECT FROM status_entry AS e WHERE e.key = l.key AND e.at <= l.created_at)
  ) AS e
  WINDOW same AS (PARTITION BY key ORDER BY at)
)
SELECT
  s.key, s.project, s.kind, s.status, s.stage,
  e.at AS entered_at,
  CASE WHEN s.stage IN ('active', 'waiting') THEN coalesce(e.started_at, l.created_at) END AS started_at,
  greatest(s.valid_from, e.at) AS valid_from,
  least(s.valid_to, e.left_at) AS valid_to
FROM open_stay AS s
JOIN life AS l ON l.key = s.key
JOIN entered AS e
  ON e.key = s.key
  AND e.at < coalesce(s.valid_to, 'infinity')
  AND coalesce(e.left_at, 'infinity') > s.valid_from
WHERE s.stage IN ('ready', 'active', 'waiting')
