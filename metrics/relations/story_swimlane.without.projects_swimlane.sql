-- Before Taiga 6 there were no swimlanes.
SELECT u.id AS userstory_id, NULL::integer AS swimlane_id
FROM userstories_userstory AS u
