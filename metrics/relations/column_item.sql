-- relations: item, wip_board
-- What stands in a column where it is committed to or worked on (ready, active, waiting): since when it stands there, and
-- since when it has been work in progress (NULL: it is not), which is the first time that it entered an active or waiting
-- status. Read from its own history by key; rows from before its birth are copies of comments on what it was promoted
-- from. A status is known by the name that the row has for it, else by its id within the row's project: an imported row
-- has another Taiga's ids, and is followed by a create row that tells of no change.
SELECT
  e.kind,
  e.item_id,
  e.stage,
  COALESCE(max(e.at), e.created_at) AS entered_at,
  CASE WHEN e.stage IN ('active', 'waiting') THEN COALESCE(min(e.at) FILTER (WHERE e.is_wip), e.created_at) END AS started_at
FROM (
  SELECT
    i.kind, i.item_id, i.stage, i.created_at, h.at,
    CASE WHEN h.status = ANY (b.statuses) THEN h.status = ANY (b.wip_statuses) ELSE h.status_id = ANY (b.wip_status_ids) END AS is_wip
  FROM item AS i
  LEFT JOIN LATERAL (
    SELECT h.created_at AS at, h.project_id, s.status_id, h."values" -> 'status' ->> s.status_id AS status
    FROM (
      SELECT
        h.*,
        min(h.created_at) FILTER (WHERE h.created_at >= i.created_at) OVER () AS first_at,
        bool_or(h.type = 2 AND (h.snapshot ->> 'from_issue' IS NOT NULL OR h.snapshot ->> 'from_task' IS NOT NULL)) OVER () AS is_promoted
      FROM history_historyentry AS h
      WHERE h.key = i.history_key
    ) AS h
    CROSS JOIN LATERAL (
      SELECT CASE h.type WHEN 1 THEN h.diff #>> '{status,1}' WHEN 2 THEN h.snapshot ->> 'status' END AS status_id
    ) AS s
    WHERE
      h.created_at BETWEEN i.created_at AND :now
      AND NOT (h.type = 2 AND NOT h.is_promoted AND h.first_at < h.created_at - interval '1 minute')
      AND s.status_id IS NOT NULL
  ) AS h ON TRUE
  LEFT JOIN wip_board AS b ON b.board = i.kind || ':' || h.project_id
  WHERE i.stage IN ('ready', 'active', 'waiting') AND NOT i.is_closed
) AS e
GROUP BY e.kind, e.item_id, e.stage, e.created_at
