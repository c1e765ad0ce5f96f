-- relations: any_status, project
-- The statuses of the exported projects, of all kinds, as they are today.
SELECT s.*
FROM any_status AS s
JOIN project USING (project_id)
