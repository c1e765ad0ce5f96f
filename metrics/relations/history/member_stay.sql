-- relations: project
-- From when to when people were members of the projects, as the timeline tells (history does not). Only the owner joins
-- without an event, with the project. Another role leaves no trace: it is that of now, or the one with which they left;
-- one that was deleted as it was called then.
WITH event AS (
  SELECT *, lead(at) OVER same AS next_at, lead(role_id) OVER same AS next_role_id, lead(role) OVER same AS next_role
  FROM (
    SELECT *, lag(joins) OVER same AS joined_before
    FROM (
      SELECT
        substring(namespace FROM '^project:(\d{1,9})$')::integer AS project_id,
        substring(data -> 'user' ->> 'id' FROM '^\d{1,9}$')::integer AS user_id,
        substring(data -> 'role' ->> 'id' FROM '^\d{1,9}$')::integer AS role_id,
        data -> 'role' ->> 'name' AS role,
        created AS at, id, event_type = 'projects.membership.create' AS joins
      FROM timeline_timeline
      WHERE event_type IN ('projects.membership.create', 'projects.membership.delete')
    ) AS e
    -- Each event is written for people, too.
    WHERE project_id IS NOT NULL AND user_id IS NOT NULL
    WINDOW same AS (PARTITION BY project_id, user_id ORDER BY at, id)
  ) AS e
  WHERE joins IS DISTINCT FROM joined_before
  WINDOW same AS (PARTITION BY project_id, user_id ORDER BY at, id)
), told AS (
  SELECT project_id, user_id, at AS valid_from, next_at AS valid_to, coalesce(next_role_id, role_id) AS role_id, coalesce(next_role, role) AS role
  FROM event
  WHERE joins
  UNION ALL
  SELECT e.project_id, e.user_id, p.created_at, e.at, e.role_id, e.role
  FROM event AS e
  JOIN project AS p ON p.project_id = e.project_id
  WHERE NOT e.joins AND e.joined_before IS NULL
), member AS (
  SELECT m.project_id, m.user_id, m.created_at, r.name AS role
  FROM projects_membership AS m
  JOIN users_role AS r ON r.id = m.role_id AND r.project_id = m.project_id
  WHERE m.user_id IS NOT NULL
), stay AS (
  SELECT
    t.project_id, CASE WHEN t.valid_to IS NULL THEN m.role END AS role_now, t.role_id, t.role, t.valid_from,
    -- Of one who went without an event nothing shows that it was before.
    coalesce(t.valid_to, CASE WHEN m.user_id IS NULL THEN :now END) AS valid_to
  FROM told AS t
  LEFT JOIN member AS m ON m.project_id = t.project_id AND m.user_id = t.user_id
  UNION ALL
  SELECT m.project_id, m.role, NULL, NULL, greatest(m.created_at, max(t.valid_to)), NULL
  FROM member AS m
  LEFT JOIN told AS t ON t.project_id = m.project_id AND t.user_id = m.user_id
  GROUP BY m.project_id, m.user_id, m.role, m.created_at
  HAVING count(*) FILTER (WHERE t.valid_from IS NOT NULL AND t.valid_to IS NULL) = 0
)
SELECT
  p.project, coalesce(s.role_now, r.name, s.role, '') AS role, s.valid_from, CASE WHEN s.valid_to <= :now THEN s.valid_to END AS valid_to
FROM stay AS s
JOIN project AS p ON p.project_id = s.project_id
LEFT JOIN users_role AS r ON r.id = s.role_id AND r.project_id = s.project_id
WHERE s.valid_from <= :now AND coalesce(s.valid_to, 'infinity') > s.valid_from
