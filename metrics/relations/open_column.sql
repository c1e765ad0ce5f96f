-- relations: workflow
-- The stages that a project's open statuses of a kind stand for: where work that is not closed can be. Collectors
-- count from here outward, so that nothing left shows as 0 and not as a series that vanished.
SELECT DISTINCT w.project_id, w.project, w.kind, w.stage
FROM workflow AS w
WHERE NOT w.is_closed
