-- relations: any_status, remembered_status, board
-- When each status was marked as closed, and when not. Taiga only tells the mark of today; where nothing else is known
-- it stands for the past, too. status_id 0: when the board had a status that is called like a backlog.
SELECT status_key, is_closed, valid_from, valid_to
FROM remembered_status
WHERE valid_from IS NOT NULL
UNION ALL
SELECT s.status_key, s.is_closed, '-infinity', 'infinity'
FROM (
  SELECT status_key, is_closed FROM any_status
  UNION ALL
  SELECT board || ':0', has_backlog FROM board
) AS s
WHERE s.status_key NOT IN (SELECT status_key FROM remembered_status WHERE valid_from IS NOT NULL)
