-- relations: any_status, remembered_status
-- When each status was marked as closed, and when not. Taiga only tells the mark of today; where nothing else is known
-- it stands for the past, too.
SELECT status_key, is_closed, valid_from, valid_to
FROM remembered_status
WHERE valid_from IS NOT NULL
UNION ALL
SELECT status_key, is_closed, '-infinity', 'infinity'
FROM any_status
WHERE status_key NOT IN (SELECT status_key FROM remembered_status WHERE valid_from IS NOT NULL)
