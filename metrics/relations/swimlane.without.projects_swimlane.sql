-- Before Taiga 6 boards had no swimlanes.
SELECT NULL::integer AS swimlane_id, NULL::integer AS project_id, NULL::text AS swimlane
WHERE FALSE
