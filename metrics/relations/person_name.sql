-- What the users are called, as Taiga writes it into the rows of history: one row, an object by their ids.
SELECT coalesce(jsonb_object_agg(u.id, coalesce(nullif(u.full_name, ''), u.username)), '{}') AS names
FROM users_user AS u
