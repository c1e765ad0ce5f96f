/** The size of a made-up Taiga: the number of equal projects, of items in each, and of entries for each item. */
export interface Extent {
  readonly projects: number;
  /** A third each of user stories, their tasks, and issues. */
  readonly itemsPerProject: number;
  /** Rows of history: the creation, then moves between two statuses. */
  readonly entriesPerItem: number;
}

const STATUSES = ['New', 'Ready', 'In progress', 'Ready for test', 'Done'];
const STATUS_IDS = STATUSES.length;
const ISSUE_TYPES = ['Bug', 'Question', 'Enhancement'];
const LEVELS = ['Low', 'Normal', 'High'];
const POINTS = ['NULL', '1', '3', '8'];
const SPRINTS = 6;
const EPICS = 2;
const MEMBERS = 5;
const SWIMLANES = ['Standard', 'Expedite'];
/** From an item's creation to its first move, and from each move to the next. */
const BETWEEN_ENTRIES = "interval '7 hours'";

/** SQL that fills an empty Taiga schema as Taiga would write it. Each item's history leads to the state in its table. */
export function generateSql(extent: Extent): string {
  const { projects, itemsPerProject } = extent;
  const perKind = Math.floor(itemsPerProject / 3);
  const everyProject = `generate_series(1, ${projects}) AS p`;
  const times = (count: number): string => `${everyProject} CROSS JOIN generate_series(1, ${count}) AS n`;
  const everyItem = times(perKind);
  /** The id of a row; those of one project are consecutive. */
  const id = (perProject: number): string => `(p - 1) * ${perProject} + n`;
  const named = (names: readonly string[]): string => `(ARRAY['${names.join("', '")}'])[n]`;
  const list = (table: string, names: readonly string[], extra: Columns = {}): string =>
    insertSql(
      table,
      { id: id(names.length), name: named(names), '"order"': 'n', project_id: 'p', ...extra },
      times(names.length),
    );
  const item = createItem(extent, perKind);
  const itemColumns = (extra: Columns): Columns => ({
    id: id(perKind),
    ref: 'n',
    subject: "'Item ' || n",
    description: "repeat('Some text. ', 40)",
    project_id: 'p',
    status_id: item.lastStatus,
    created_date: item.createdAt,
    modified_date: item.lastAt,
    assigned_to_id: `CASE WHEN n % 4 > 0 THEN 1 + (n + p) % ${projects * MEMBERS} END`,
    is_blocked: item.isBlocked,
    ...extra,
  });
  const finished = `CASE WHEN ${item.isClosed} THEN ${item.lastAt} END`;
  const dueDate = `CASE WHEN n % 10 = 0 THEN current_date + n % 30 - 10 END`;
  return `
${insertSql('users_user', { id: 'n', username: "'user' || n", full_name: "'User ' || n", is_active: 'true', uuid: 'md5(n::text)', email: "'user' || n || '@example.org'" }, `generate_series(1, ${projects * MEMBERS}) AS n`)}
${insertSql('projects_project', { id: 'p', name: "'Project ' || p", slug: "'project-' || p", created_date: "now() - interval '4 years'" }, everyProject)}
${['userstory', 'task', 'issue', 'epic'].map((kind) => list(`projects_${kind}status`, STATUSES, { slug: "'s' || n", is_closed: `n = ${STATUS_IDS}` })).join('\n')}
${list('projects_issuetype', ISSUE_TYPES)}
${list('projects_severity', LEVELS)}
${list('projects_priority', LEVELS)}
${list('projects_points', POINTS, { name: "'P' || n", value: `(ARRAY[${POINTS.join(', ')}])[n]` })}
${list('projects_swimlane', SWIMLANES)}
${insertSql('users_role', { id: 'p', name: "'Team'", slug: "'team'", computable: 'true', project_id: 'p' }, everyProject)}
${insertSql('projects_membership', { id: id(MEMBERS), user_id: id(MEMBERS), project_id: 'p', role_id: 'p' }, times(MEMBERS))}
${insertSql('milestones_milestone', { id: id(SPRINTS), name: "'Sprint ' || n", slug: "'sprint-' || p || '-' || n", estimated_start: `current_date - 14 * (${SPRINTS} - n) - 7`, estimated_finish: `current_date - 14 * (${SPRINTS} - n) + 7`, created_date: `now() - interval '14 days' * (${SPRINTS} - n + 1)`, closed: `n < ${SPRINTS}`, project_id: 'p' }, times(SPRINTS))}
${insertSql('epics_epic', { id: id(EPICS), ref: `n + ${perKind}`, subject: "'Epic ' || n", status_id: `(p - 1) * ${STATUS_IDS} + 3`, created_date: "now() - interval '3 years'", project_id: 'p' }, times(EPICS))}
${insertSql('userstories_userstory', itemColumns({ is_closed: item.isClosed, finish_date: finished, due_date: dueDate, milestone_id: `CASE WHEN n % 2 = 0 THEN (p - 1) * ${SPRINTS} + 1 + n % ${SPRINTS} END`, swimlane_id: `(p - 1) * ${SWIMLANES.length} + 1 + n % ${SWIMLANES.length}` }), everyItem)}
${insertSql('userstories_rolepoints', { id: id(perKind), points_id: `(p - 1) * ${POINTS.length} + 1 + n % ${POINTS.length}`, role_id: 'p', user_story_id: id(perKind) }, everyItem)}
${insertSql('epics_relateduserstory', { id: id(EPICS), epic_id: id(EPICS), user_story_id: `(p - 1) * ${perKind} + n` }, times(Math.min(EPICS, perKind)))}
${insertSql('tasks_task', itemColumns({ user_story_id: id(perKind), finished_date: finished }), everyItem)}
${insertSql('issues_issue', itemColumns({ finished_date: finished, due_date: dueDate, type_id: `(p - 1) * ${ISSUE_TYPES.length} + 1 + n % ${ISSUE_TYPES.length}`, severity_id: `(p - 1) * ${LEVELS.length} + 1 + n % ${LEVELS.length}`, priority_id: `(p - 1) * ${LEVELS.length} + 1 + n / 3 % ${LEVELS.length}` }), everyItem)}
${historySql('userstories.userstory', extent, perKind, "'is_closed', false, 'finish_date', 'None'")}
${historySql('tasks.task', extent, perKind, `'user_story', ${id(perKind)}`)}
${historySql('issues.issue', extent, perKind, `'type', (p - 1) * ${ISSUE_TYPES.length} + 1 + n % ${ISSUE_TYPES.length}, 'severity', (p - 1) * ${LEVELS.length} + 1 + n % ${LEVELS.length}, 'priority', (p - 1) * ${LEVELS.length} + 1 + n / 3 % ${LEVELS.length}`)}
ANALYZE;
`;
}

/** SQL for a day's work: issues that move on, with their history, in one transaction. */
export function changeSql(count: number): string {
  return `
CREATE TEMPORARY TABLE moved AS SELECT id, project_id, status_id FROM issues_issue ORDER BY random() LIMIT ${count};
INSERT INTO history_historyentry (id, "user", created_at, type, is_snapshot, key, diff, "values", comment, is_hidden, project_id)
SELECT md5(random()::text), '{"pk": 1, "name": "User 1"}', now(), 1, false, 'issues.issue:' || id,
  jsonb_build_object('status', jsonb_build_array(status_id, ${nextStatus('status_id')})), ${statusNames('project_id')}, '', false, project_id
FROM moved;
UPDATE issues_issue AS i SET status_id = ${nextStatus('i.status_id')} FROM moved WHERE moved.id = i.id;
DROP TABLE moved;
`;
}

type Columns = Readonly<Record<string, string>>;

/** SQL expressions about item n of project p at its entry e: it moves one status further with each entry. */
function createItem(
  { entriesPerItem }: Extent,
  perKind: number,
): Readonly<Record<'createdAt' | 'lastAt' | 'lastStatus' | 'isClosed' | 'isBlocked', string>> {
  const last = entriesPerItem - 1;
  const createdAt = `now() - interval '3 years' + n * interval '1 second' * ${Math.floor((2.9 * 365 * 86_400) / perKind)}`;
  return {
    createdAt,
    lastAt: `${createdAt} + ${last} * ${BETWEEN_ENTRIES}`,
    lastStatus: statusAt(String(last)),
    isClosed: `(n + ${last}) % ${STATUS_IDS} = ${STATUS_IDS - 1}`,
    isBlocked: `(${last} >= 1 AND (n + ${last}) % 11 = 7) OR (${last} >= 2 AND (n + ${last}) % 11 = 8)`,
  };
}

function statusAt(entry: string): string {
  return `(p - 1) * ${STATUS_IDS} + 1 + (n + ${entry}) % ${STATUS_IDS}`;
}

function nextStatus(status: string): string {
  return `${status} - (${status} - 1) % ${STATUS_IDS} + ${status} % ${STATUS_IDS}`;
}

/** The names of a project's statuses in a row of history. */
function statusNames(project: string): string {
  const pairs = STATUSES.map((name, i) => `((${project} - 1) * ${STATUS_IDS} + ${i + 1})::text, '${name}'`);
  return `jsonb_build_object('status', jsonb_build_object(${pairs.join(', ')}))`;
}

/** Each entry moves the item on; some have a comment, some block it, and two entries later it is unblocked. */
function historySql(
  model: string,
  { projects, entriesPerItem }: Extent,
  perKind: number,
  snapshot: string,
): string {
  const itemId = `((p - 1) * ${perKind} + n)`;
  const { createdAt } = createItem({ projects, entriesPerItem, itemsPerProject: 0 }, perKind);
  const closed = `(n + e) % ${STATUS_IDS} = ${STATUS_IDS - 1}`;
  const wasClosed = `(n + e - 1) % ${STATUS_IDS} = ${STATUS_IDS - 1}`;
  const finishDate = `jsonb_build_array('None', to_char((${createdAt} + e * ${BETWEEN_ENTRIES}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00')`;
  const storyDiff =
    model === 'userstories.userstory'
      ? ` || CASE WHEN ${closed} THEN jsonb_build_object('is_closed', '[false, true]'::jsonb, 'finish_date', ${finishDate})
             WHEN ${wasClosed} THEN '{"is_closed": [true, false]}' ELSE '{}' END`
      : '';
  return `
INSERT INTO history_historyentry (id, "user", created_at, type, is_snapshot, key, diff, snapshot, "values", comment, is_hidden, project_id)
SELECT
  md5('${model}' || ${itemId} || '-' || e), '{"pk": 1, "name": "User 1"}', ${createdAt} + e * ${BETWEEN_ENTRIES},
  CASE WHEN e = 0 THEN 2 ELSE 1 END, e = 0, '${model}:' || ${itemId},
  CASE WHEN e = 0 THEN '{}'::jsonb ELSE
    jsonb_build_object('status', jsonb_build_array(${statusAt('(e - 1)')}, ${statusAt('e')}))
    || CASE WHEN (n + e) % 11 = 7 THEN '{"is_blocked": [false, true]}'::jsonb
         WHEN (n + e) % 11 = 9 AND e > 2 THEN '{"is_blocked": [true, false]}' ELSE '{}' END${storyDiff}
  END,
  CASE WHEN e = 0 THEN jsonb_build_object('ref', n, 'status', ${statusAt('0')}, 'subject', 'Item ' || n,
    'is_blocked', false, 'description', repeat('Some text. ', 20), ${snapshot}) END,
  CASE WHEN e = 0 THEN '{}'::jsonb ELSE ${statusNames('p')} END,
  CASE WHEN (n + e) % 5 = 4 THEN 'A comment.' ELSE '' END, false, p
FROM generate_series(1, ${projects}) AS p
CROSS JOIN generate_series(1, ${perKind}) AS n
CROSS JOIN generate_series(0, ${entriesPerItem - 1}) AS e;`;
}

/** Inserts these columns for each row of the source; every other NOT NULL column gets an empty value of its type. */
function insertSql(table: string, columns: Columns, source: string): string {
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
  EXECUTE $x$INSERT INTO ${table} (${Object.keys(columns).join(', ')}$x$ || CASE WHEN names = '' THEN '' ELSE ', ' || names END
    || $x$) SELECT ${Object.values(columns).join(', ')}$x$ || CASE WHEN empties = '' THEN '' ELSE ', ' || empties END || $x$ FROM ${source}$x$;
END $do$;`;
}
