-- relations: workflow
-- The workflow as one row, an object by the statuses' keys: joined with items, PostgreSQL would expect thousands of times
-- the rows that come of it.
SELECT
  COALESCE(
    jsonb_object_agg(status_key, jsonb_build_object('status', status, 'stage', stage, 'is_closed', is_closed)),
    '{}'
  ) AS by_key
FROM workflow
