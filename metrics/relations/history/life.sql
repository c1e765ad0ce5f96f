-- relations: entry, item_record, project
-- Every item that history or its table knows: from when to when it lived (died_at NULL: it lives), in which projects,
-- and the state it was born with.
WITH known AS (
  SELECT
    key, kind, item_id, recorded_at, deleted_at, last_at, later,
    min(at) AS first_at,
    min(sort_key_time) AS sort_key_time,
    max(from_issue_id) AS from_issue_id,
    bool_or(is_import) AS is_imported,
    bool_or(points IS NOT NULL) AS tells_points,
    -- What an importer's create row knows, if no change before it does.
    CASE WHEN min(n) FILTER (WHERE points IS NOT NULL) = min(n) FILTER (WHERE is_import) THEN max(total_points) FILTER (WHERE is_import) END AS imported_points,
    bool_or(milestone IS NOT NULL) AS tells_milestone,
    bool_or(story IS NOT NULL) AS tells_story,
    bool_or(issue_type IS NOT NULL) AS tells_issue_type,
    bool_or(severity IS NOT NULL) AS tells_severity,
    bool_or(priority IS NOT NULL) AS tells_priority,
    bool_or(swimlane IS NOT NULL) AS tells_swimlane,
    bool_or(due_date IS NOT NULL) AS tells_due_date,
    -- An array compares by its first element, so the least of (n, value) holds the first value, the greatest the last.
    (min(ARRAY[n, project_id]))[2] AS born_project_id,
    (max(ARRAY[n, project_id]))[2] AS last_project_id,
    (max(ARRAY[n, story[2]]) FILTER (WHERE story IS NOT NULL))[2] AS last_story_id,
    (max(ARRAY[n, ref[2]]) FILTER (WHERE ref IS NOT NULL))[2] AS last_ref,
    (min(ARRAY[n, status[2 - (type = 1)::integer]]) FILTER (WHERE status IS NOT NULL))[2] AS status_id,
    (min(ARRAY[n, milestone[2 - (type = 1)::integer]]) FILTER (WHERE milestone IS NOT NULL))[2] AS milestone_id,
    (min(ARRAY[n, story[2 - (type = 1)::integer]]) FILTER (WHERE story IS NOT NULL))[2] AS story_id,
    (min(ARRAY[n, issue_type[2 - (type = 1)::integer]]) FILTER (WHERE issue_type IS NOT NULL))[2] AS issue_type_id,
    (min(ARRAY[n, severity[2 - (type = 1)::integer]]) FILTER (WHERE severity IS NOT NULL))[2] AS severity_id,
    (min(ARRAY[n, priority[2 - (type = 1)::integer]]) FILTER (WHERE priority IS NOT NULL))[2] AS priority_id,
    (min(ARRAY[n, swimlane[2 - (type = 1)::integer]]) FILTER (WHERE swimlane IS NOT NULL))[2] AS swimlane_id,
    (min(ARRAY[n, due_date[2 - (type = 1)::integer] - date '1970-01-01']) FILTER (WHERE due_date IS NOT NULL))[2] AS due_day,
    (min(ARRAY[to_char(n, 'FM000000000'), assigned[2 - (type = 1)::integer]]) FILTER (WHERE assigned IS NOT NULL))[2] AS assigned,
    (min(ARRAY[n, is_blocked[2 - (type = 1)::integer]::integer]) FILTER (WHERE is_blocked IS NOT NULL))[2] AS is_blocked,
    (min(ARRAY[n, is_closed[2 - (type = 1)::integer]::integer]) FILTER (WHERE is_closed IS NOT NULL))[2] AS is_closed
  FROM entry
  GROUP BY key, kind, item_id, recorded_at, deleted_at, last_at, later
), dated AS (
  SELECT
    coalesce(k.key, i.history_key) AS key, coalesce(k.kind, i.kind) AS kind, coalesce(k.item_id, i.item_id) AS item_id,
    k.recorded_at, k.deleted_at, k.last_at,
    -- An item whose every row is younger than :now (promoted, not touched by then) is not in entry at all.
    CASE WHEN k.key IS NULL THEN EXISTS (SELECT FROM history_historyentry AS h WHERE h.key = i.history_key AND h.created_at > :now)
      ELSE k.later END AS later, i.item_id IS NOT NULL AS exists_now,
    coalesce(k.born_project_id, i.project_id) AS born_project_id, coalesce(k.last_project_id, i.project_id) AS last_project_id,
    k.last_story_id, k.last_ref, coalesce(k.from_issue_id, i.from_issue_id) IS NOT NULL AS from_issue, i.from_task IS NOT NULL AS from_task,
    -- The create row tells the birth, but an item that was promoted or imported gets that row at its first change, or
    -- none. Its birth is the table's created_date; of a story also its untouched sort key, which history keeps when
    -- the story is gone. The row's time is always a moment later, so differences below a minute mean nothing.
    CASE
      WHEN k.recorded_at - interval '1 minute' <= e.evident_at THEN k.recorded_at
      ELSE coalesce(e.evident_at, k.recorded_at, k.first_at)
    END AS born_at,
    k.is_imported,
    -- What no row tells (of this project: see entry) is what it was.
    coalesce(k.status_id, i.status_id) AS status_id,
    CASE WHEN k.tells_milestone THEN k.milestone_id ELSE i.milestone_id END AS milestone_id,
    CASE WHEN k.tells_story THEN k.story_id ELSE i.story_id END AS story_id,
    -- A task leaves its story by a row only: another story in the table tells that the rows mean another Taiga's stories.
    k.kind = 'task' AND i.item_id IS NOT NULL AND NOT k.later AND k.last_story_id IS DISTINCT FROM i.story_id AS has_foreign_story,
    i.story_id AS story_id_now, i.created_at,
    CASE WHEN k.tells_issue_type THEN k.issue_type_id ELSE i.issue_type_id END AS issue_type_id,
    CASE WHEN k.tells_severity THEN k.severity_id ELSE i.severity_id END AS severity_id,
    CASE WHEN k.tells_priority THEN k.priority_id ELSE i.priority_id END AS priority_id,
    CASE WHEN k.tells_swimlane THEN k.swimlane_id ELSE i.swimlane_id END AS swimlane_id,
    CASE WHEN k.tells_due_date THEN k.due_day ELSE i.due_date - date '1970-01-01' END AS due_day,
    coalesce(k.assigned, i.assigned::text) AS assigned,
    k.imported_points,
    CASE WHEN k.recorded_at IS NULL AND NOT coalesce(k.tells_points, false) AND i.kind = 'userstory' THEN
      (SELECT sum(round(p.value::numeric, 3))::double precision FROM userstories_rolepoints AS r JOIN projects_points AS p ON p.id = r.points_id
       WHERE r.user_story_id = i.item_id)
    END AS points,
    coalesce(k.is_blocked::integer::boolean, i.is_blocked, false) AS is_blocked,
    coalesce(k.is_closed::integer::boolean, false) AS is_closed
  FROM known AS k
  FULL JOIN item_record AS i ON i.history_key = k.key
  CROSS JOIN LATERAL (
    SELECT CASE WHEN abs(extract(epoch FROM i.created_at - k.sort_key_time)) < 60 OR i.created_at IS NULL
      THEN k.sort_key_time ELSE i.created_at END AS evident_at
  ) AS e
)
SELECT
  d.key, d.kind, d.item_id, d.born_at, coalesce(d.created_at, d.born_at) AS created_at, d.exists_now, d.later,
  d.born_project_id, d.last_project_id, d.last_story_id,
  d.recorded_at IS NULL OR d.born_at < d.recorded_at AS born_unrecorded,
  -- A row dated after :now tells that the item still lived at :now.
  CASE WHEN x.ended_at <= :now THEN x.ended_at END AS died_at,
  x.ended_at <= :now AND d.deleted_at IS NULL AS died_unrecorded,
  -- A story is promoted into the project's default status; history begins with what its first change made of it.
  CASE WHEN d.kind = 'userstory' AND d.is_imported IS NOT TRUE AND (d.born_at < d.recorded_at OR d.recorded_at IS NULL AND d.later) AND (d.from_issue OR d.from_task OR NOT d.exists_now)
    THEN coalesce(p.default_us_status_id, d.status_id) ELSE d.status_id END AS status_id,
  -- Issues are seldom in a sprint: what came of one is put there by the change that the late create row tells.
  CASE WHEN NOT (d.from_issue AND coalesce(d.born_at < d.recorded_at, false)) THEN d.milestone_id END AS milestone_id,
  CASE WHEN d.has_foreign_story THEN d.story_id_now ELSE d.story_id END AS story_id, d.has_foreign_story,
  coalesce(d.imported_points, CASE WHEN NOT d.later THEN d.points END) AS points, d.issue_type_id, d.severity_id, d.priority_id,
  d.swimlane_id, d.due_day, coalesce(d.assigned, '{}') AS assigned,
  -- Such a row tells what became of the item by then, but it was born neither blocked nor closed. (Closings in
  -- between are told by its tasks' rows and by its finish date.)
  d.is_blocked AND NOT coalesce(d.born_at < d.recorded_at, false) AS is_blocked,
  d.is_closed AND NOT coalesce(d.born_at < d.recorded_at, false) AS is_closed
FROM dated AS d
-- Of its projects one may not be exported, or be deleted: that takes nothing from the others.
LEFT JOIN project AS p ON p.project_id = d.born_project_id
-- Before Taiga 5.5 stories have no from_task_ref: below its name means this NULL then.
CROSS JOIN (SELECT NULL::text AS from_task_ref) AS before_5_5
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN d.exists_now OR d.last_at > :now AND d.deleted_at IS NULL THEN NULL
    WHEN d.deleted_at IS NOT NULL THEN d.deleted_at
    -- A task goes without a row of its own when it is promoted to a story, or when its story is deleted: whichever came
    -- first. It is no task of the old story any more when that is deleted after the promotion.
    WHEN d.kind = 'task' THEN coalesce(
      (SELECT min(s.created_date) FROM userstories_userstory AS s
       WHERE s.project_id = d.last_project_id AND from_task_ref = 'Task #' || d.last_ref),
      (SELECT max(h.created_at) FROM history_historyentry AS h
       WHERE h.key = 'userstories.userstory:' || d.last_story_id AND h.type = 3),
      d.last_at)
    ELSE d.last_at
  END AS ended_at
) AS x
WHERE d.born_at <= :now
