import type { Frozen } from './frozen.js';
import type { Json, Kind, TableName } from './rows.js';
import type { Store } from './store.js';

export type Diff = Record<string, [Json, Json]>;
type Names = Record<string, Record<string, string>>;

/** In snapshots, but never listed as a change: the list of assignees has it. */
const unlisted: Partial<Record<Kind, readonly string[]>> = {
  userstory: ['assigned_to'],
  milestone: ['closed'],
};

const sortKeys: ReadonlySet<string> = new Set([
  'backlog_order',
  'sprint_order',
  'kanban_order',
  'us_order',
  'taskboard_order',
  'epics_order',
]);

export function diffOf(kind: Kind, before: Frozen, after: Frozen): Diff {
  const diff: Diff = {};
  for (const [field, value] of Object.entries(after)) {
    const old = before[field] ?? null;
    if (unlisted[kind]?.includes(field) || same(old, value)) continue;
    diff[field] = [old, value];
  }
  return diff;
}

const same = (a: Json, b: Json): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));

/** Taiga hides a diff that contains only sort keys. */
export function onlySortKeys(diff: Diff): boolean {
  const fields = Object.keys(diff);
  return fields.length > 0 && fields.every((field) => sortKeys.has(field));
}

/** The current names of the ids in a diff; an id without a row has none. */
export function namesIn(store: Store, kind: Kind, diff: Diff): Names {
  const names: Names = { users: {} };
  const tables = namedFields(kind);
  for (const [field, [before, after]] of Object.entries(diff)) {
    const lookup = tables[field];
    if (lookup === undefined) continue;
    const [group, table] = lookup;
    names[group] = { ...names[group], ...namesOf(store, table, [...idsIn(before), ...idsIn(after)]) };
    if (field === 'points')
      names.roles = namesOf(store, 'users_role', Object.keys({ ...(before as object) }).map(Number));
  }
  return names;
}

type NamedTable = Extract<
  TableName,
  | 'users_user'
  | 'users_role'
  | 'projects_points'
  | 'milestones_milestone'
  | 'projects_swimlane'
  | `projects_${'userstory' | 'task' | 'issue' | 'epic'}status`
  | 'projects_issuetype'
  | 'projects_severity'
  | 'projects_priority'
>;

function namedFields(kind: Kind): Record<string, [group: string, table: NamedTable]> {
  const statuses: Partial<Record<Kind, NamedTable>> = {
    userstory: 'projects_userstorystatus',
    task: 'projects_taskstatus',
    issue: 'projects_issuestatus',
    epic: 'projects_epicstatus',
  };
  const status = statuses[kind];
  return {
    owner: ['users', 'users_user'],
    assigned_to: ['users', 'users_user'],
    assigned_users: ['users', 'users_user'],
    milestone: ['milestone', 'milestones_milestone'],
    swimlane: ['swimlane', 'projects_swimlane'],
    points: ['points', 'projects_points'],
    type: ['type', 'projects_issuetype'],
    severity: ['severity', 'projects_severity'],
    priority: ['priority', 'projects_priority'],
    ...(status && { status: ['status', status] }),
  };
}

function idsIn(value: Json): number[] {
  if (typeof value === 'number') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).filter((id): id is number => typeof id === 'number');
}

function namesOf(store: Store, table: NamedTable, ids: readonly number[]): Record<string, string> {
  const names: Record<string, string> = {};
  for (const id of ids) {
    const row = store.find(table, id);
    if (row !== undefined) names[id] = 'full_name' in row ? row.full_name : row.name;
  }
  return names;
}

/** The diff with names in place of ids, as the front end shows it. */
export function readable(diff: Diff, names: Names): Record<string, Json> {
  const shown: Record<string, Json> = {};
  for (const [field, [before, after]] of Object.entries(diff)) {
    if (field === 'description' || field === 'content' || field === 'blocked_note') {
      shown[`${field}_diff`] = [null, markedUp(String(before), String(after))];
    } else if (field === 'points') {
      shown[field] = readablePoints(before, after, names);
    } else if (field === 'assigned_users') {
      shown[field] = [listed(before, names.users), listed(after, names.users)];
    } else if (field === 'assigned_to' || field === 'owner') {
      shown[field] = [named(before, names.users), named(after, names.users)];
    } else if (names[field] !== undefined) {
      shown[field] = [named(before, names[field]), named(after, names[field])];
    } else {
      shown[field] = [before, after];
    }
  }
  return shown;
}

const named = (id: Json, names: Record<string, string> | undefined): string | null =>
  names?.[String(id)] ?? null;

function listed(ids: Json, names: Record<string, string> | undefined): string | null {
  const found = idsIn(ids).flatMap((id) => names?.[id] ?? []);
  return found.length > 0 ? found.join(', ') : null;
}

function readablePoints(before: Json, after: Json, names: Names): Json {
  const shown: Record<string, Json> = {};
  const old = { ...(before as Record<string, Json>) };
  for (const [role, points] of Object.entries(after as Record<string, Json>)) {
    if (old[role] === points) continue;
    shown[names.roles?.[role] ?? role] = [
      named(old[role] ?? null, names.points),
      named(points, names.points),
    ];
  }
  return shown;
}

function markedUp(before: string, after: string): string {
  const removed = before && `<del style="background:#ffe6e6;">${before}</del>`;
  const added = after && `<ins style="background:#e6ffe6;">${after}</ins>`;
  return removed + added;
}
