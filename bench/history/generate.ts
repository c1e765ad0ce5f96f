/**
 * SQL that fills an empty Taiga schema with one project of `items` items (a third each of user stories, tasks of these
 * stories, and issues), each with `entriesPerItem` history rows: a creation, then moves between the statuses, comments,
 * blocking and unblocking, in the shape Taiga writes them.
 */
export function generateSql(items: number, entriesPerItem: number): string {
  const third = Math.floor(items / 3);
  return `
INSERT INTO users_user (id, password, is_superuser, username, email, is_active, full_name, color, bio, date_joined, colorize_tags, is_system, uuid, accepted_terms, read_new_terms, verified_email, is_staff)
SELECT n, '', false, 'user' || n, 'user' || n || '@example.org', true, 'User ' || n, '#000000', '', now(), false, false, md5(n::text), true, true, true, false FROM generate_series(1, 20) AS n;
${rowsSql('projects_project', { id: '1', name: "'Bench'", slug: "'bench'", created_date: "now() - interval '4 years'" })}
${['userstory', 'task', 'issue', 'epic']
  .map((kind) =>
    [1, 2, 3, 4, 5]
      .map((n) =>
        rowsSql(`projects_${kind}status`, {
          id: String(n),
          name: `'${['New', 'Ready', 'In progress', 'Ready for test', 'Done'][n - 1]}'`,
          slug: `'s${n}'`,
          '"order"': String(n),
          is_closed: String(n === 5),
          project_id: '1',
        }),
      )
      .join('\n'),
  )
  .join('\n')}
${itemsSql('userstories_userstory', third, { is_closed: 'n % 5 = 4', finish_date: "CASE WHEN n % 5 = 4 THEN now() - interval '1 day' END" })}
${itemsSql('tasks_task', third, { user_story_id: 'n' })}
${itemsSql('issues_issue', items - 2 * third, {})}
${historySql('userstories.userstory', third, entriesPerItem)}
${historySql('tasks.task', third, entriesPerItem)}
${historySql('issues.issue', items - 2 * third, entriesPerItem)}
ANALYZE;
`;
}

/** What a day's work does: items that move on, with their history, as one transaction. */
export function changeSql(count: number): string {
  return `
INSERT INTO history_historyentry (id, "user", created_at, type, is_snapshot, key, diff, "values", comment, is_hidden, project_id)
SELECT md5(random()::text), '{"pk": 1, "name": "User 1"}', now(), 1, false, 'issues.issue:' || id,
  jsonb_build_object('status', jsonb_build_array(status_id, status_id % 5 + 1)),
  '{"status": {"1": "New", "2": "Ready", "3": "In progress", "4": "Ready for test", "5": "Done"}}', '', false, 1
FROM (SELECT id, status_id FROM issues_issue ORDER BY random() LIMIT ${count}) AS i;
UPDATE issues_issue SET status_id = status_id % 5 + 1
WHERE id IN (SELECT split_part(key, ':', 2)::integer FROM history_historyentry WHERE created_at > now() - interval '1 second' AND key LIKE 'issues.issue:%');
`;
}

/** One row with these columns; what else must not be NULL is filled by its type. */
function rowsSql(table: string, columns: Readonly<Record<string, string>>): string {
  return insertSql(table, columns, 'generate_series(1, 1)');
}

function itemsSql(table: string, count: number, extra: Readonly<Record<string, string>>): string {
  return insertSql(
    table,
    {
      id: 'n',
      ref: 'n',
      subject: "'Item ' || n",
      description: "repeat('Some text. ', 40)",
      project_id: '1',
      status_id: 'n % 5 + 1',
      created_date: "now() - interval '3 years' + n * interval '1 hour'",
      modified_date: "now() - interval '1 day'",
      ...extra,
    },
    `generate_series(1, ${count})`,
  );
}

/** Fills every NOT NULL column that is not given with an empty value of its type, by the catalogue. */
function insertSql(table: string, columns: Readonly<Record<string, string>>, source: string): string {
  const given = Object.keys(columns).map((name) => name.replaceAll('"', ''));
  const quoted = given.map((name) => `'${name}'`).join(', ');
  return `
DO $do$ DECLARE names text; empties text; BEGIN
  SELECT coalesce(string_agg(quote_ident(column_name), ', '), ''), coalesce(string_agg(CASE
    WHEN data_type = 'boolean' THEN 'false' WHEN data_type LIKE '%int%' OR data_type LIKE 'double%' THEN '0'
    WHEN data_type LIKE 'timestamp%' THEN 'now()' WHEN data_type = 'date' THEN 'now()::date' WHEN data_type = 'jsonb' THEN '''{}''' ELSE '''''' END, ', '), '')
  INTO names, empties
  FROM information_schema.columns
  WHERE table_schema = 'public' AND table_name = '${table}' AND is_nullable = 'NO' AND column_name NOT IN (${quoted});
  EXECUTE 'INSERT INTO ${table} (${Object.keys(columns).join(', ')}' || CASE WHEN names = '' THEN '' ELSE ', ' || names END
    || $x$) SELECT ${Object.values(columns).join(', ')}$x$ || CASE WHEN empties = '' THEN '' ELSE ', ' || empties END || $x$ FROM ${source} AS n$x$;
END $do$;`;
}

function historySql(model: string, count: number, entriesPerItem: number): string {
  const names = `'{"status": {"1": "New", "2": "Ready", "3": "In progress", "4": "Ready for test", "5": "Done"}}'::jsonb`;
  return `
INSERT INTO history_historyentry (id, "user", created_at, type, is_snapshot, key, diff, snapshot, "values", comment, is_hidden, project_id)
SELECT
  md5('${model}' || n || '-' || e), '{"pk": 1, "name": "User 1"}',
  now() - interval '3 years' + n * interval '1 hour' + e * interval '7 hours',
  CASE WHEN e = 0 THEN 2 ELSE 1 END, e = 0, '${model}:' || n,
  CASE
    WHEN e = 0 THEN '{}'::jsonb
    WHEN e % 5 = 4 THEN '{}'::jsonb
    WHEN e % 11 = 7 THEN '{"is_blocked": [false, true]}'::jsonb
    WHEN e % 11 = 9 THEN '{"is_blocked": [true, false]}'::jsonb
    ELSE jsonb_build_object('status', jsonb_build_array((n + e - 1) % 5 + 1, (n + e) % 5 + 1))
  END,
  CASE WHEN e = 0 THEN jsonb_build_object('ref', n, 'status', n % 5 + 1, 'subject', 'Item ' || n, 'is_blocked', false,
    'is_closed', false, 'finish_date', 'None', 'description', repeat('Some text. ', 20)) || CASE WHEN '${model}' = 'tasks.task' THEN jsonb_build_object('user_story', n) ELSE '{}' END END,
  CASE WHEN e = 0 THEN '{}'::jsonb ELSE ${names} END,
  CASE WHEN e % 5 = 4 THEN 'A comment.' ELSE '' END, false, 1
FROM generate_series(1, ${count}) AS n CROSS JOIN generate_series(0, ${entriesPerItem - 1}) AS e;`;
}
