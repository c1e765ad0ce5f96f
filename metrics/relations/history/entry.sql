-- relations: history, status_index, sprint_ever, swimlane, person_name
-- The history rows that count, in their order within the item (n), with what the item's other rows tell about its
-- life: recorded_at its first create row, deleted_at its delete row, last_at its last row, later: it has rows after
-- :now. Left out: corrupt rows, rows of the future, and the comments that a promotion copies from an issue or task
-- to the new story under their old times. (Taiga records the first change of an item without history as its
-- creation, so a change before that cannot be the promoted story's own.)
-- is_import: a create row that an importer wrote after the changes that it imported; it tells of no change.
--
-- Ids in history belong to the Taiga that wrote the row, which need not be this one: projects are exported and imported
-- with their rows as they are, and importers write -1 and -2 for what they do not find. The names in the row are the
-- project's own. So a name comes first, unless the status of that id had it before (two may have changed their names with
-- each other), and an id is only looked up within the row's project. What neither finds keeps
-- its id (a status that was deleted since), or, below 0, gets one that follows from its name. A snapshot has no names: of
-- an id there that is none of the project's nothing is told, so that the first change, or the table, tells.
SELECT
  h.key, h.kind, h.item_id, h.project_id, h.at, h.type, h.entry_id, h.user_id, h.comment, h.visible, h.n,
  h.recorded_at, h.deleted_at, h.last_at, h.later, h.is_import,
  h.changed_ref, h.ref, h.story, h.is_blocked, h.is_closed, h.finish_date, h.points, h.from_issue_id, h.sort_key_time,
  h.from_name AS status_from_name,
  CASE WHEN h.type = 1 THEN h.to_name END AS status_to_name,
  CASE WHEN h.status IS NOT NULL THEN ARRAY[
    CASE WHEN h.type = 1 THEN coalesce(h.named_from, CASE WHEN h.coded_from IS NOT NULL THEN h.status[1] END,
      CASE WHEN h.status[1] < 0 AND h.from_name <> '' THEN -1 - ('x' || left(md5(h.from_name), 7))::bit(28)::integer ELSE h.status[1] END)
    END,
    -- A snapshot has no names, and nothing may tell what its id meant: then the item is where its table says.
    coalesce(h.named_to, CASE WHEN h.coded_to IS NOT NULL THEN h.status[2] END,
      CASE WHEN h.type = 2 AND NOT h.tells_status AND h.coded_to IS NULL THEN CASE h.kind
        WHEN 'epic' THEN (SELECT i.status_id FROM epics_epic AS i WHERE i.id = h.item_id)
        WHEN 'userstory' THEN (SELECT i.status_id FROM userstories_userstory AS i WHERE i.id = h.item_id)
        WHEN 'task' THEN (SELECT i.status_id FROM tasks_task AS i WHERE i.id = h.item_id)
        ELSE (SELECT i.status_id FROM issues_issue AS i WHERE i.id = h.item_id)
      END END,
      CASE WHEN h.status[2] < 0 AND h.to_name <> '' THEN -1 - ('x' || left(md5(h.to_name), 7))::bit(28)::integer ELSE h.status[2] END)
  ] END AS status,
  CASE
    WHEN h.milestone IS NULL THEN NULL
    WHEN h.type = 1 THEN ARRAY[
      coalesce((SELECT min(m.id) FROM milestones_milestone AS m WHERE m.project_id = h.project_id AND m.name = h.names -> 'milestone' ->> h.milestone[1]::text), h.milestone[1]),
      coalesce((SELECT min(m.id) FROM milestones_milestone AS m WHERE m.project_id = h.project_id AND m.name = h.names -> 'milestone' ->> h.milestone[2]::text), h.milestone[2])]
    WHEN h.milestone[2] IS NULL OR (h.project_id, h.milestone[2]) IN (SELECT project_id, milestone_id FROM sprint_ever) THEN h.milestone
  END AS milestone,
  CASE
    WHEN h.issue_type IS NULL THEN NULL
    WHEN h.type = 1 THEN ARRAY[
      coalesce((SELECT min(t.id) FROM projects_issuetype AS t WHERE t.project_id = h.project_id AND t.name = h.names -> 'type' ->> h.issue_type[1]::text), h.issue_type[1]),
      coalesce((SELECT min(t.id) FROM projects_issuetype AS t WHERE t.project_id = h.project_id AND t.name = h.names -> 'type' ->> h.issue_type[2]::text), h.issue_type[2])]
    WHEN h.issue_type[2] IS NULL OR (h.project_id, h.issue_type[2]) IN (SELECT project_id, id FROM projects_issuetype) THEN h.issue_type
  END AS issue_type,
  CASE
    WHEN h.severity IS NULL THEN NULL
    WHEN h.type = 1 THEN ARRAY[
      coalesce((SELECT min(s.id) FROM projects_severity AS s WHERE s.project_id = h.project_id AND s.name = h.names -> 'severity' ->> h.severity[1]::text), h.severity[1]),
      coalesce((SELECT min(s.id) FROM projects_severity AS s WHERE s.project_id = h.project_id AND s.name = h.names -> 'severity' ->> h.severity[2]::text), h.severity[2])]
    WHEN h.severity[2] IS NULL OR (h.project_id, h.severity[2]) IN (SELECT project_id, id FROM projects_severity) THEN h.severity
  END AS severity,
  CASE
    WHEN h.priority IS NULL THEN NULL
    WHEN h.type = 1 THEN ARRAY[
      coalesce((SELECT min(p.id) FROM projects_priority AS p WHERE p.project_id = h.project_id AND p.name = h.names -> 'priority' ->> h.priority[1]::text), h.priority[1]),
      coalesce((SELECT min(p.id) FROM projects_priority AS p WHERE p.project_id = h.project_id AND p.name = h.names -> 'priority' ->> h.priority[2]::text), h.priority[2])]
    WHEN h.priority[2] IS NULL OR (h.project_id, h.priority[2]) IN (SELECT project_id, id FROM projects_priority) THEN h.priority
  END AS priority,
  CASE
    WHEN h.swimlane IS NULL THEN NULL
    WHEN h.type = 1 THEN ARRAY[
      coalesce((SELECT min(l.swimlane_id) FROM swimlane AS l WHERE l.project_id = h.project_id AND l.swimlane = h.names -> 'swimlane' ->> h.swimlane[1]::text), h.swimlane[1]),
      coalesce((SELECT min(l.swimlane_id) FROM swimlane AS l WHERE l.project_id = h.project_id AND l.swimlane = h.names -> 'swimlane' ->> h.swimlane[2]::text), h.swimlane[2])]
    WHEN h.swimlane[2] IS NULL OR (h.project_id, h.swimlane[2]) IN (SELECT project_id, swimlane_id FROM swimlane) THEN h.swimlane
  END AS swimlane,
  h.due_date,
  -- The assignees before and after, as two arrays of user ids in text ('{7,12}'); 0 is a user whom this Taiga does not know.
  CASE WHEN h.assigned IS NULL THEN NULL
  -- All names in the row are today's names of these ids, or it has none: the ids can be taken as they are.
  WHEN (SELECT names FROM person_name) @> coalesce(h.names -> 'users', '{}')
    AND h.assigned::text ~ '^\[(null|\d{1,9}|\[(\d{1,9}(, )?)*\]), (null|\d{1,9}|\[(\d{1,9}(, )?)*\])\]$' THEN ARRAY[
    '{' || translate(coalesce(h.assigned ->> 0, ''), '[] ', '') || '}', '{' || translate(coalesce(h.assigned ->> 1, ''), '[] ', '') || '}'
  ]
  -- Else by name; where nobody has that name, the user was renamed, and the id counts.
  ELSE ARRAY(
    SELECT coalesce(array_agg(DISTINCT CASE
      WHEN coalesce(nullif(u.full_name, ''), u.username) = coalesce(p.name, u.full_name, u.username) THEN u.id
      ELSE coalesce((SELECT min(n.id) FROM users_user AS n WHERE coalesce(nullif(n.full_name, ''), n.username) = p.name), u.id, 0)
    END) FILTER (WHERE p.id IS NOT NULL), '{}')::text
    FROM (VALUES (1, h.assigned -> 0), (2, h.assigned -> 1)) AS side (n, people)
    LEFT JOIN LATERAL (
      SELECT substring(id FROM '^\d{1,9}$')::integer AS id, h.names -> 'users' ->> id AS name
      FROM jsonb_array_elements_text(CASE jsonb_typeof(side.people)
        WHEN 'array' THEN side.people WHEN 'number' THEN jsonb_build_array(side.people) ELSE '[]' END) AS id
    ) AS p ON TRUE
    LEFT JOIN users_user AS u ON u.id = p.id
    GROUP BY side.n
    ORDER BY side.n
  ) END AS assigned,
  -- The story's points after this row: the sum over its roles, exact to the thousandth; NULL when every role says "?"
  -- (unestimated). By the name of the value, if the project still has it; one that was deleted counts as the number its
  -- name was.
  CASE WHEN jsonb_typeof(h.points -> 1) = 'object' THEN (
    SELECT sum(round(coalesce(
      named.value,
      CASE WHEN named.id IS NULL THEN coded.value END,
      CASE WHEN named.id IS NULL AND coded.id IS NULL AND r.name ~ '^\d{1,6}(\.\d+)?$' THEN r.name::double precision END
    )::numeric, 3))::double precision
    FROM (SELECT value::integer AS id, h.names -> 'points' ->> value AS name FROM jsonb_each_text(h.points -> 1)) AS r
    LEFT JOIN projects_points AS named ON named.project_id = h.project_id AND named.name = r.name
    LEFT JOIN projects_points AS coded ON coded.project_id = h.project_id AND coded.id = r.id
  ) END AS total_points
FROM (
  SELECT
    h.*,
    -- The status of that name, unless that of the id had the name.
    CASE WHEN h.from_name IS DISTINCT FROM h.coded_from ->> 'name' AND (h.coded_from -> 'former_names' ? h.from_name) IS NOT TRUE
      THEN ((SELECT by_name FROM status_index) ->> (h.board || h.from_name))::integer END AS named_from,
    CASE WHEN h.to_name IS DISTINCT FROM h.coded_to ->> 'name' AND (h.coded_to -> 'former_names' ? h.to_name) IS NOT TRUE
      THEN ((SELECT by_name FROM status_index) ->> (h.board || h.to_name))::integer END AS named_to
  FROM (
    SELECT
      h.*,
      (SELECT by_key FROM status_index) -> (h.board || h.status[1]) AS coded_from,
      (SELECT by_key FROM status_index) -> (h.board || h.status[2]) AS coded_to
    FROM (
      SELECT
        h.*,
        h.kind || ':' || h.project_id || ':' AS board,
      h.type = 2 AND NOT h.is_promoted AND h.first_at < h.at - interval '1 minute' AS is_import,
        -- What a snapshot's status was called, tells the change by which the item left it.
        CASE WHEN h.type = 1 THEN h.status_from_name END AS from_name,
        CASE WHEN h.type = 1 THEN h.status_to_name WHEN h.first_from[2] = h.status[2]::text THEN h.first_from[3] END AS to_name,
        h.first_from IS NOT NULL AS tells_status
      FROM (
        SELECT
          h.*,
          -- Written with leading zeros, so that the least array is the first one.
          min(ARRAY[to_char(n, 'FM000000000'), status[1]::text, status_from_name]) FILTER (WHERE type = 1 AND status IS NOT NULL)
            OVER (PARTITION BY key) AS first_from
        FROM (
          SELECT
            h.*,
            row_number() OVER whole AS n,
            min(at) FILTER (WHERE type = 2) OVER whole AS recorded_at,
            max(at) FILTER (WHERE type = 3) OVER whole AS deleted_at,
            min(at) OVER whole AS first_at,
            max(at) OVER whole AS last_at,
            bool_or(at > :now) OVER whole AS later,
            bool_or(promoted) OVER whole AS is_promoted
          FROM history AS h
          WHERE NOT corrupt
          WINDOW whole AS (
            PARTITION BY key ORDER BY at, type = 3, type <> 2, entry_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          )
        ) AS h
        WHERE at <= :now
          AND NOT (
            kind = 'userstory' AND type = 1 AND at < coalesce(recorded_at, 'infinity')
            AND at < coalesce(
              CASE WHEN is_promoted THEN recorded_at END,
              (SELECT s.created_date - interval '1 minute' FROM userstories_userstory AS s WHERE s.id = h.item_id),
              '-infinity'))
      ) AS h
    ) AS h
  ) AS h
) AS h
