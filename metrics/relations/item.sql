-- relations: project, workflow_index
-- Everything that a team works on: epics, user stories, tasks and issues, one row each.
-- A NULL status (its row was deleted by an administrator) gives the empty status and stage.
SELECT
  i.kind,
  i.item_id,
  i.project_id,
  i.project,
  i.ref,
  i.subject,
  i.status_id,
  COALESCE(i.board_column ->> 'status', '') AS status,
  COALESCE(i.board_column ->> 'stage', '') AS stage,
  -- Closed as Taiga says: a story's own flag, which follows its tasks; of the other kinds the status' flag.
  COALESCE(i.is_closed, (i.board_column ->> 'is_closed')::boolean, FALSE) AS is_closed,
  COALESCE((i.board_column ->> 'is_closed')::boolean, FALSE) AS in_closed_status,
  i.is_blocked,
  i.created_at,
  i.modified_at,
  i.finished_at,
  i.due_date,
  i.milestone_id,
  i.userstory_id,
  i.assigned_to_id,
  -- The key of the item's rows in Taiga's history.
  i.history_model || ':' || i.item_id AS history_key
FROM (
  SELECT
    i.*,
    p.project,
    (SELECT by_key FROM workflow_index) -> (i.kind || ':' || i.project_id || ':' || i.status_id) AS board_column
  FROM (
    SELECT
      'epic' AS kind, 'epics.epic' AS history_model, e.id AS item_id, e.project_id, e.ref, e.subject, e.status_id,
      NULL::boolean AS is_closed, e.is_blocked, e.created_date AS created_at, e.modified_date AS modified_at,
      NULL::timestamptz AS finished_at, NULL::date AS due_date, NULL::integer AS milestone_id,
      NULL::integer AS userstory_id, e.assigned_to_id
    FROM epics_epic AS e
    UNION ALL
    SELECT
      'userstory', 'userstories.userstory', u.id, u.project_id, u.ref, u.subject, u.status_id,
      u.is_closed, u.is_blocked, u.created_date, u.modified_date,
      u.finish_date, u.due_date, u.milestone_id,
      u.id, u.assigned_to_id
    FROM userstories_userstory AS u
    UNION ALL
    SELECT
      'task', 'tasks.task', t.id, t.project_id, t.ref, t.subject, t.status_id,
      NULL, t.is_blocked, t.created_date, t.modified_date,
      t.finished_date, t.due_date, t.milestone_id,
      t.user_story_id, t.assigned_to_id
    FROM tasks_task AS t
    UNION ALL
    SELECT
      'issue', 'issues.issue', i.id, i.project_id, i.ref, i.subject, i.status_id,
      NULL, i.is_blocked, i.created_date, i.modified_date,
      i.finished_date, i.due_date, i.milestone_id,
      NULL, i.assigned_to_id
    FROM issues_issue AS i
  ) AS i
  JOIN project AS p USING (project_id)
  OFFSET 0 -- keeps the planner from looking the column up again for each field
) AS i
