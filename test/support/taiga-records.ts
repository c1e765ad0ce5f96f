import { queryOnce } from './postgres.js';

/**
 * Facts that the sample's diary lacks, read naively from Taiga's tables: row by row, without the product's SQL.
 */
export interface TaigaRecords {
  /** Names of people by the id of their account. */
  readonly people: ReadonlyMap<number, string>;
  /** The assignees of epics at their creation; they never changed. */
  readonly epicAssignees: ReadonlyMap<number, number>;
  /**
   * Rows of history without a line in the diary, by item (`userstory 12`), in order of time: cards that were only moved
   * within their column, and tasks that followed their story when it was dragged into a sprint.
   */
  readonly quietActs: readonly { readonly item: string; readonly at: number }[];
  /** Plans of a project from a moment on, in order of time. */
  readonly plans: readonly Plan[];
}

export interface Plan {
  readonly project: string;
  readonly at: number;
  readonly points: number | null;
  readonly sprints: number | null;
}

interface HistoryRow {
  readonly key: string;
  readonly type: number;
  readonly micros: string;
  readonly is_hidden: boolean;
  readonly diff: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly snapshot: Readonly<Record<string, unknown>> | null;
}

export async function readTaigaRecords(url: string): Promise<TaigaRecords> {
  const users = await queryOnce(url, 'SELECT id, username, full_name FROM users_user');
  const projects = await queryOnce(url, 'SELECT id, slug FROM projects_project');
  const rows = (await queryOnce(
    url,
    `SELECT key, type, (extract(epoch FROM created_at) * 1000000)::bigint::text AS micros, is_hidden, diff, snapshot
     FROM history_historyentry
     WHERE is_hidden OR key LIKE 'epics.epic:%' OR key LIKE 'projects.project:%'
       OR (key LIKE 'tasks.task:%' AND diff ? 'milestone')
     ORDER BY created_at`,
  )) as unknown as HistoryRow[];

  const slugs = new Map(projects.map(({ id, slug }) => [Number(id), String(slug)]));
  const epicAssignees = new Map<number, number>();
  const quietActs: { item: string; at: number }[] = [];
  const plans: Plan[] = [];
  for (const { key, type, micros, is_hidden: isHidden, diff, snapshot } of rows) {
    const [model = '', id] = key.split(':');
    const at = Number(micros) / 1000;
    if (isHidden || model === 'tasks.task') quietActs.push({ item: `${model.split('.')[1]} ${id}`, at });
    if (model === 'epics.epic') {
      if (type === 1 && 'assigned_to' in diff) throw new Error(`${key} was given to somebody else`);
      const assignee = snapshot?.assigned_to;
      if (type === 2 && typeof assignee === 'number') epicAssignees.set(Number(id), assignee);
    }
    if (model !== 'projects.project') continue;
    const project = slugs.get(Number(id)) ?? '';
    const before = plans.findLast((plan) => plan.project === project);
    const told = (field: string): unknown => (type === 2 ? snapshot?.[field] : diff[field]?.[1]);
    const planned = (field: string, known: number | null = null): number | null => {
      const value = told(field);
      return value === undefined ? known : (value as number | null);
    };
    plans.push({
      project,
      at,
      points: planned('total_story_points', before?.points),
      sprints: planned('total_milestones', before?.sprints),
    });
  }
  return {
    people: new Map(users.map(({ id, username, full_name: name }) => [Number(id), String(name || username)])),
    epicAssignees,
    quietActs,
    plans,
  };
}
