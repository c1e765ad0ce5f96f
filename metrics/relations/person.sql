-- How people appear in labels, by the configuration (labels.people).
SELECT
  u.id AS user_id,
  CASE :people
    WHEN 'full_name' THEN COALESCE(NULLIF(u.full_name, ''), u.username)
    WHEN 'username' THEN u.username
    ELSE ''
  END AS person
FROM users_user AS u
