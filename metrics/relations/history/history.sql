-- Every history row of the items in scope, taken apart, and whether it is corrupt.
-- A change row speaks through its diff ({"status": [1, 2]}), a create or delete row through its snapshot
-- ({"status": 1}); here both become arrays (from, to), and from is NULL for a snapshot. A field that the row does not
-- mention is NULL.
SELECT
  key, kind, item_id, project_id, at, type, entry_id, user_id, comment, visible, corrupt,
  -- A creation of which only the snapshot was not kept: nothing is wrong with it, but it tells nothing either.
  corrupt AND bare AND at IS NOT NULL AS bare,
  type = 1 AND ref IS NOT NULL AS changed_ref,
  CASE WHEN NOT corrupt THEN translate(ref, '[]', '{}')::bigint[] END AS ref,
  CASE WHEN NOT corrupt THEN translate(status, '[]', '{}')::integer[] END AS status,
  CASE WHEN NOT corrupt THEN translate(milestone, '[]', '{}')::integer[] END AS milestone,
  CASE WHEN NOT corrupt THEN translate(story, '[]', '{}')::integer[] END AS story,
  CASE WHEN NOT corrupt THEN translate(issue_type, '[]', '{}')::integer[] END AS issue_type,
  CASE WHEN NOT corrupt THEN translate(severity, '[]', '{}')::integer[] END AS severity,
  CASE WHEN NOT corrupt THEN translate(priority, '[]', '{}')::integer[] END AS priority,
  -- Of these three a row that cannot be read says nothing; the rest of it counts.
  CASE WHEN swimlane ~ '^\[(null|-?\d{1,9}), (null|-?\d{1,9})\]$' THEN translate(swimlane, '[]', '{}')::integer[] END AS swimlane,
  CASE WHEN due_date ~ '^\[(null|"[12]\d{3}-(0[1-9]|1[0-2])-[0-3]\d"), (null|"[12]\d{3}-(0[1-9]|1[0-2])-[0-3]\d")\]$' THEN ARRAY[
    (substring(due_date FROM '^\["(.{8})') || '01')::date + substring(due_date FROM '^\[".{8}(..)')::integer - 1,
    (substring(due_date FROM '"(.{8})..\"\]$') || '01')::date + substring(due_date FROM '(..)"\]$')::integer - 1
  ] END AS due_date,
  CASE WHEN jsonb_typeof(assigned) = 'array' THEN assigned END AS assigned,
  CASE WHEN NOT corrupt THEN translate(is_blocked, '[]', '{}')::boolean[] END AS is_blocked,
  CASE WHEN NOT corrupt THEN translate(is_closed, '[]', '{}')::boolean[] END AS is_closed,
  -- The new finish date; an open story's is the word "None". The month is cast and the days are added: no text can make
  -- that fail, not even February 30.
  CASE WHEN NOT corrupt AND finish_date LIKE '%+00:00"]' THEN
    (substring(finish_date FROM '(\d{4}-\d\d-)[^"]*"\]$') || '01 ' || substring(finish_date FROM ' (\d\d:[^"]*)"\]$'))::timestamptz
    + make_interval(hours => 24 * (substring(finish_date FROM '\d{4}-\d\d-(\d\d)[^"]*"\]$')::integer - 1))
  END AS finish_date,
  CASE WHEN NOT corrupt THEN points::jsonb END AS points,
  -- What the row itself calls the ids that it mentions: {"status": {"3": "In progress"}, "milestone": …}; change rows only.
  names,
  CASE WHEN NOT corrupt THEN names -> 'status' ->> split_part(translate(status, '[] ', ''), ',', 1) END AS status_from_name,
  CASE WHEN NOT corrupt THEN names -> 'status' ->> split_part(translate(status, '[] ', ''), ',', 2) END AS status_to_name,
  CASE WHEN NOT corrupt AND type <> 1 AND content ->> 'from_issue' ~ '^\d{1,9}$' THEN (content ->> 'from_issue')::integer END AS from_issue_id,
  type <> 1 AND (content ->> 'from_issue' IS NOT NULL OR content ->> 'from_task' IS NOT NULL) AS promoted,
  -- A story's sort keys are born as the time in microseconds and keep it until somebody drags the story.
  CASE WHEN NOT corrupt AND type <> 1 THEN
    timestamptz 'epoch' + interval '1 microsecond' * greatest(
      CASE WHEN content ->> 'sprint_order' ~ '^1\d{15}$' THEN (content ->> 'sprint_order')::double precision END,
      CASE WHEN content ->> 'backlog_order' ~ '^1\d{15}$' THEN (content ->> 'backlog_order')::double precision END)
  END AS sort_key_time
FROM (
  SELECT
    *,
    -- Tested as text, because a cast of anything unexpected would raise an error. A boolean and not a word or NULL:
    -- the planner takes a test for those for a rarity, and then loops over everything that is joined later.
    CASE WHEN content IS NULL OR at IS NULL THEN true ELSE coalesce(
      ref !~ '^\[(null|\d{1,18}), (null|\d{1,18})\]$'
      OR status !~ '^\[(null|-?\d{1,9}), (null|-?\d{1,9})\]$'
      OR milestone !~ '^\[(null|-?\d{1,9}), (null|-?\d{1,9})\]$'
      OR story !~ '^\[(null|-?\d{1,9}), (null|-?\d{1,9})\]$'
      OR issue_type !~ '^\[(null|-?\d{1,9}), (null|-?\d{1,9})\]$'
      OR severity !~ '^\[(null|-?\d{1,9}), (null|-?\d{1,9})\]$'
      OR priority !~ '^\[(null|-?\d{1,9}), (null|-?\d{1,9})\]$'
      OR is_blocked !~ '^\[(null|true|false), (null|true|false)\]$'
      OR is_closed !~ '^\[(null|true|false), (null|true|false)\]$'
      OR finish_date !~ '^\[[^,]*, "(None|[12]\d{3}-(0[1-9]|1[0-2])-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?\+00:00)"\]$'
      OR points !~ '^\[(null|\{("-?\d{1,9}": (null|-?\d{1,9})(, )?)*\}), (null|\{("-?\d{1,9}": (null|-?\d{1,9})(, )?)*\})\]$',
      false) END AS corrupt
  FROM (
    SELECT
      key, project_id, at, type, entry_id, user_id, comment, visible, names, content, bare,
      CASE letter WHEN 'e' THEN 'epic' WHEN 'u' THEN 'userstory' WHEN 't' THEN 'task' ELSE 'issue' END AS kind,
      split_part(key, ':', 2)::integer AS item_id,
      CASE WHEN type = 1 THEN content ->> 'ref' ELSE '[null, ' || (content ->> 'ref') || ']' END AS ref,
      CASE WHEN type = 1 THEN content ->> 'status' ELSE '[null, ' || (content ->> 'status') || ']' END AS status,
      CASE WHEN type = 1 THEN content ->> 'milestone' ELSE '[null, ' || coalesce(content ->> 'milestone', 'null') || ']' END AS milestone,
      CASE WHEN letter <> 't' THEN NULL
        WHEN type = 1 THEN content ->> 'user_story' ELSE '[null, ' || coalesce(content ->> 'user_story', 'null') || ']' END AS story,
      CASE WHEN letter <> 'i' THEN NULL
        WHEN type = 1 THEN content ->> 'type' ELSE '[null, ' || (content ->> 'type') || ']' END AS issue_type,
      CASE WHEN letter <> 'i' THEN NULL
        WHEN type = 1 THEN content ->> 'severity' ELSE '[null, ' || (content ->> 'severity') || ']' END AS severity,
      CASE WHEN letter <> 'i' THEN NULL
        WHEN type = 1 THEN content ->> 'priority' ELSE '[null, ' || (content ->> 'priority') || ']' END AS priority,
      CASE WHEN letter <> 'u' THEN NULL
        WHEN type = 1 THEN content ->> 'swimlane' ELSE '[null, ' || coalesce(content ->> 'swimlane', 'null') || ']' END AS swimlane,
      CASE WHEN type = 1 THEN content ->> 'due_date' ELSE '[null, ' || coalesce('"' || (content ->> 'due_date') || '"', 'null') || ']' END AS due_date,
      -- A story's one or many; in a snapshot the many are empty where only the one is set.
      CASE WHEN type = 1 THEN coalesce(CASE WHEN letter = 'u' THEN content -> 'assigned_users' END, content -> 'assigned_to')
        ELSE jsonb_build_array(NULL, coalesce(nullif(CASE WHEN letter = 'u' THEN content -> 'assigned_users' END, '[]'), content -> 'assigned_to')) END AS assigned,
      CASE WHEN type = 1 THEN content ->> 'is_blocked' ELSE '[null, ' || (content ->> 'is_blocked') || ']' END AS is_blocked,
      CASE WHEN letter <> 'u' THEN NULL
        WHEN type = 1 THEN content ->> 'is_closed' ELSE '[null, ' || (content ->> 'is_closed') || ']' END AS is_closed,
      CASE WHEN letter <> 'u' THEN NULL
        WHEN type = 1 THEN content ->> 'finish_date' ELSE '[null, "' || (content ->> 'finish_date') || '"]' END AS finish_date,
      CASE WHEN letter <> 'u' THEN NULL
        WHEN type = 1 THEN content ->> 'points' ELSE '[null, ' || (content ->> 'points') || ']' END AS points
    FROM (
      SELECT
        -- Compared byte by byte, which takes a fraction of the time: history is put in order by it again and again.
        h.key COLLATE "C" AS key, left(h.key, 1) AS letter, h.project_id, h.created_at AS at, h.type, h.id AS entry_id,
        h."user" ->> 'pk' AS user_id,
        h.comment <> '' AS comment,
        h.is_hidden IS NOT TRUE AS visible,
        -- By its size first, which does not need all of it.
        coalesce(h.type = 2, false) AND (h.snapshot IS NULL OR (pg_column_size(h.snapshot) < 32 AND h.snapshot = 'null')) AS bare,
        CASE WHEN h.type = 1 AND jsonb_typeof(h."values") = 'object' THEN h."values" || '{}' END AS names,
        -- An object, or NULL. Joining it with nothing takes it out of TOAST once instead of once for every field.
        CASE WHEN h.type = 1 AND jsonb_typeof(h.diff) = 'object' THEN h.diff || '{}'
          WHEN h.type IN (2, 3) AND jsonb_typeof(h.snapshot) = 'object' THEN h.snapshot || '{}' END AS content
      FROM (
        -- Two roads, so that a plan never has to choose: one pass over everything, or a lookup by index for each key. What
        -- a key must look like takes longer to test than all fields of a row: on the second road, once for each key.
        -- CASE, not AND, of which the planner thinks that it leaves next to nothing.
        SELECT *
        FROM history_historyentry
        WHERE :keys IS NULL
          AND CASE WHEN key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$' THEN TRUE ELSE FALSE END
        UNION ALL
        SELECT e.*
        FROM (SELECT DISTINCT unnest(:keys) AS key) AS k
        CROSS JOIN LATERAL (SELECT * FROM history_historyentry WHERE key = k.key OFFSET 0) AS e
        WHERE CASE WHEN k.key ~ '^(userstories\.userstory|tasks\.task|issues\.issue|epics\.epic):\d{1,9}$' THEN TRUE ELSE FALSE END
      ) AS h
      -- Hidden change rows hold sort keys only; a hidden delete row is a deletion like any other.
      WHERE CASE WHEN h.type = 1 THEN h.is_hidden IS NOT TRUE ELSE TRUE END
      OFFSET 0
    ) AS h
    OFFSET 0 -- keeps the planner from copying expressions into every place that uses them
  ) AS fields
  OFFSET 0
) AS checked
