-- relations: project, any_status, remembered_status
-- The history keys of everything that is in a project or has rows of its history there; an item that was moved has several
-- projects. rests_from: when anything happened to it for the last time, once it is closed; 'infinity' while it is open.
-- A story and its tasks, also those that it once had, rest together, because a story's life follows its tasks (see
-- story_toggle).
SELECT p.project, i.key, i.rests_from
FROM project AS p
CROSS JOIN LATERAL (
  WITH entry AS (
    -- As narrow as can be. A letter and an id: 'u27' is a user story's status.
    SELECT
      key, created_at AS at, type,
      CASE WHEN type = 1 THEN left(key, 1) || (diff #>> '{status,0}') END AS from_status,
      left(key, 1) || CASE WHEN type = 1 THEN diff #>> '{status,1}' ELSE snapshot ->> 'status' END AS to_status,
      CASE WHEN key LIKE 'tasks.task:%' AND type = 1 THEN diff #>> '{user_story,0}' END AS from_story,
      CASE WHEN key LIKE 'tasks.task:%' THEN
        CASE WHEN type = 1 THEN diff #>> '{user_story,1}' ELSE snapshot ->> 'user_story' END
      END AS to_story
    FROM history_historyentry
    WHERE project_id = p.project_id
    OFFSET 0
  ), told AS (
    SELECT
      key, max(at) AS last_at, bool_or(type = 3) AS is_deleted,
      -- Other items tell when a status that is gone was removed, and without a row of its own an item leaves it: see
      -- status_removal.
      coalesce(bool_or(
        from_status <> ALL (ARRAY(SELECT left(kind, 1) || status_id FROM any_status WHERE project_id = p.project_id))
        OR to_status <> ALL (ARRAY(SELECT left(kind, 1) || status_id FROM any_status WHERE project_id = p.project_id))
      ), FALSE) AS was_in_gone_status
    FROM entry
    GROUP BY key
    HAVING key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$'
  ), recorded AS (
    SELECT
      r.*,
      -- Closed by the mark of its status, which may be younger than any change of the item, and so may the end of its sprint
      -- be. A story by its own mark, too; one that its tasks closed may still stand in a column that counts its cards.
      -- What an epic is called, its stories need.
      CASE WHEN r.kind <> 'epic' AND s.is_closed AND r.is_closed_itself IS NOT FALSE THEN greatest(
        r.created_at, r.modified_at, r.closed_at, m.marked_at, (SELECT l.estimated_finish + 1 FROM milestones_milestone AS l WHERE l.id = r.milestone_id)
      ) ELSE 'infinity' END AS rests_from
    FROM (
      SELECT 'epic' AS kind, 'epics.epic:' || id AS key, project_id, status_id, NULL::boolean AS is_closed_itself,
        created_date AS created_at, modified_date AS modified_at, NULL::timestamptz AS closed_at, NULL::integer AS milestone_id,
        NULL::integer AS story_id
      FROM epics_epic
      UNION ALL
      SELECT 'userstory', 'userstories.userstory:' || id, project_id, status_id, is_closed,
        created_date, modified_date, finish_date, milestone_id, NULL
      FROM userstories_userstory
      UNION ALL
      SELECT 'task', 'tasks.task:' || id, project_id, status_id, NULL, created_date, modified_date, finished_date, milestone_id, user_story_id
      FROM tasks_task
      UNION ALL
      SELECT 'issue', 'issues.issue:' || id, project_id, status_id, NULL, created_date, modified_date, finished_date, milestone_id, NULL
      FROM issues_issue
    ) AS r
    LEFT JOIN any_status AS s ON s.kind = r.kind AND s.project_id = r.project_id AND s.status_id = r.status_id
    LEFT JOIN (
      SELECT status_key, max(valid_from) AS marked_at FROM remembered_status WHERE valid_from > '-infinity' GROUP BY status_key
    ) AS m ON m.status_key = s.status_key
    WHERE r.project_id = p.project_id
  ), own AS (
    SELECT
      coalesce(t.key, r.key) AS key,
      CASE
        WHEN t.was_in_gone_status THEN 'infinity'
        WHEN r.key IS NOT NULL THEN greatest(r.rests_from, t.last_at)
        -- Of what went without a row, to another project or with its story, only the whole history tells when (see life).
        WHEN NOT t.is_deleted THEN 'infinity'
        ELSE t.last_at
      END AS rests_from
    FROM told AS t
    FULL JOIN recorded AS r ON r.key = t.key
  ), belongs AS (
    SELECT e.key, 'userstories.userstory:' || s.story_id AS story
    FROM entry AS e
    CROSS JOIN LATERAL (VALUES (e.from_story), (e.to_story)) AS s (story_id)
    WHERE s.story_id IS NOT NULL
    UNION
    SELECT r.key, 'userstories.userstory:' || r.story_id FROM recorded AS r WHERE r.story_id IS NOT NULL
  ), together AS (
    SELECT story, max(rests_from) AS rests_from
    FROM (
      SELECT b.story, o.rests_from FROM belongs AS b JOIN own AS o ON o.key = b.key
      UNION ALL
      SELECT b.story, o.rests_from FROM (SELECT DISTINCT story FROM belongs) AS b JOIN own AS o ON o.key = b.story
    ) AS g
    GROUP BY story
  )
  SELECT o.key, greatest(o.rests_from, s.rests_from, t.rests_from) AS rests_from
  FROM own AS o
  LEFT JOIN together AS s ON s.story = o.key
  LEFT JOIN (
    SELECT b.key, max(g.rests_from) AS rests_from FROM belongs AS b JOIN together AS g ON g.story = b.story GROUP BY b.key
  ) AS t ON t.key = o.key
) AS i
