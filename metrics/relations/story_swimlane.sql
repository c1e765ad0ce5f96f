-- requires: projects_swimlane
-- The swimlane of each user story; NULL: in none.
SELECT u.id AS userstory_id, u.swimlane_id
FROM userstories_userstory AS u
