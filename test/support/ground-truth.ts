import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Kind } from './taiga-builder.js';

/** The sample made by Taiga itself, in a folder beside the repository, if it is there. */
const SAMPLE_FOLDER = fileURLToPath(new URL('../../../shared/taiga/', import.meta.url));

export const hasSample = existsSync(`${SAMPLE_FOLDER}sample.sql.gz`);

/** The sample's "now". */
export const SAMPLE_NOW = '2026-11-21T20:00:00Z';

/** A status as Taiga's API describes it. */
export interface ApiStatus {
  readonly id: number;
  readonly name: string;
  readonly order: number;
  readonly is_closed: boolean;
  readonly wip_limit?: number | null;
}

interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface ApiProject {
  readonly slug: string;
  readonly detail: {
    readonly body: {
      readonly name: string;
      readonly is_private: boolean;
      readonly total_milestones: number | null;
      readonly total_story_points: number | null;
      readonly total_closed_milestones: number;
      readonly members: readonly { readonly role_name: string }[];
      readonly roles: readonly { readonly slug: string; readonly name: string }[];
      readonly issue_types: readonly { readonly name: string }[];
      readonly epic_statuses: readonly ApiStatus[] | null;
      readonly us_statuses: readonly ApiStatus[] | null;
      readonly task_statuses: readonly ApiStatus[] | null;
      readonly issue_statuses: readonly ApiStatus[] | null;
    };
  };
  readonly stats: {
    readonly body: {
      readonly total_milestones: number | null;
      readonly total_points: number | null;
      readonly defined_points: number;
      readonly assigned_points: number;
      readonly closed_points: number;
      readonly speed: number;
      /** The backlog chart. */
      readonly milestones: readonly { readonly name: string; readonly evolution: number | null }[];
    };
  };
  readonly issues_stats: {
    readonly status: number;
    readonly body: {
      readonly total_issues: number;
      readonly opened_issues: number;
      readonly closed_issues: number;
      readonly issues_per_type: Readonly<Record<string, Counted>>;
      readonly issues_per_status: Readonly<Record<string, Counted>>;
      readonly issues_per_priority: Readonly<Record<string, Counted>>;
      readonly issues_per_severity: Readonly<Record<string, Counted>>;
      /** By the id of the account, `0`: nobody. */
      readonly issues_per_assigned_to: Readonly<Record<string, Counted>>;
    };
  };
  readonly member_stats: {
    readonly body: {
      /** Closed issues by the id of their assignee's account. */
      readonly closed_bugs: Readonly<Record<string, number>>;
    };
  };
  readonly milestones: readonly {
    readonly slug: string;
    readonly name: string;
    readonly closed: boolean;
    readonly stats: {
      readonly body: {
        readonly estimated_start: string;
        readonly estimated_finish: string;
        readonly total_points: Readonly<Record<string, number>>;
        readonly completed_points: readonly number[];
        readonly total_userstories: number;
        readonly completed_userstories: number;
        readonly total_tasks: number;
        readonly completed_tasks: number;
      };
    };
  }[];
}

interface FinalKind {
  readonly total: number;
  readonly by_status: Readonly<Record<string, number>>;
  readonly closed: number;
  readonly blocked: number;
  readonly unassigned: number;
}

export interface Final extends Readonly<Record<Kind, FinalKind>> {
  readonly project: string;
  readonly userstory: FinalKind & { readonly is_closed: number; readonly points: number };
}

/** An item at the end of the sample's simulation. */
export interface TrueItem {
  readonly kind: Kind;
  readonly id: number;
  project: string;
  ref: number;
  statusId: number;
  readonly createdAt: number;
  /** When it entered which status. */
  readonly stays: { readonly at: number; readonly statusId: number }[];
  /** Taiga's own flag; stories only. */
  isClosed: boolean;
  blockedSince: number | undefined;
  assignees: string[];
  due: string | null;
  points: number | null;
  /** The time of the last row in the item's history. */
  lastActAt: number;
}

interface Line {
  readonly t: string;
  readonly op: string;
  readonly project?: string;
  readonly type?: string;
  readonly id?: number;
  readonly ref?: number;
  readonly status_id?: number;
  readonly to_id?: number;
  readonly new_ref?: number;
  readonly to_project?: string;
  readonly assigned?: string | null;
  readonly also?: string | null;
  readonly to?: unknown;
  readonly due?: string | null;
  readonly total?: number | null;
  readonly silent?: boolean;
  readonly derived?: boolean;
  readonly epic?: number;
  readonly promoted_from?: { readonly type: string; readonly ref: number };
}

export interface GroundTruth {
  /** All items that exist at the end. */
  readonly items: readonly TrueItem[];
  readonly finals: readonly Final[];
  /** Epics, and the ids of the stories under them. */
  readonly epicLinks: readonly {
    readonly project: string;
    readonly epicRef: number;
    readonly story: number;
  }[];
}

/** The dump, with one setting that PostgreSQL before 12 does not know turned into a comment. */
export function readSampleSql(): Buffer {
  const sql = gunzipSync(readFileSync(`${SAMPLE_FOLDER}sample.sql.gz`));
  const setting = 'SET default_table_access_method = heap;';
  const start = sql.indexOf(setting);
  return start < 0 ? sql : sql.fill('-', start, start + setting.length);
}

export function readApiStats(): readonly ApiProject[] {
  const text = readFileSync(`${SAMPLE_FOLDER}api-stats.json`, 'utf8');
  return (JSON.parse(text) as { projects: ApiProject[] }).projects;
}

/** Operations that leave no row in the item's history. */
const WITHOUT_HISTORY = ['vote', 'watch', 'epic_link', 'comment_edit', 'comment_delete'];

/** Replays the simulation's diary to its end. */
export function readGroundTruth(): GroundTruth {
  const text = gunzipSync(readFileSync(`${SAMPLE_FOLDER}ground-truth.jsonl.gz`)).toString('utf8');
  const items = new Map<string, TrueItem>();
  const finals: Final[] = [];
  const epicLinks: { project: string; epicRef: number; story: number }[] = [];
  for (const json of text.trimEnd().split('\n')) {
    const line = JSON.parse(json) as Line;
    const { op, project = '' } = line;
    if (op === 'final') finals.push(line as unknown as Final);
    if (op === 'epic_link') epicLinks.push({ project, epicRef: line.epic ?? 0, story: line.id ?? 0 });
    if (isKind(line.type)) act(items, `${line.type} ${line.id}`, line.type, line);
  }
  return { items: [...items.values()], finals, epicLinks };
}

function act(items: Map<string, TrueItem>, key: string, kind: Kind, line: Line): void {
  const at = Date.parse(line.t);
  if (line.op === 'create') {
    const statusId = line.status_id ?? 0;
    items.set(key, {
      kind,
      id: line.id ?? 0,
      project: line.project ?? '',
      ref: line.ref ?? 0,
      statusId,
      createdAt: at,
      stays: [{ at, statusId }],
      isClosed: false,
      blockedSince: undefined,
      assignees: line.assigned ? [line.assigned] : assigneesOfSource(items, line),
      due: line.due ?? null,
      points: line.total ?? null,
      lastActAt: at,
    });
    return;
  }
  const item = items.get(key);
  if (!item) return;
  switch (line.op) {
    case 'delete':
      items.delete(key);
      break;
    case 'move_project':
      item.project = line.to_project ?? '';
      item.ref = line.new_ref ?? 0;
      item.statusId = line.to_id ?? 0;
      break;
    case 'status':
      item.statusId = line.to_id ?? 0;
      item.stays.push({ at, statusId: item.statusId });
      break;
    case 'close':
    case 'reopen':
      item.isClosed = line.op === 'close';
      break;
    case 'block':
      item.blockedSince = at;
      break;
    case 'unblock':
      item.blockedSince = undefined;
      break;
    case 'assign':
      item.assignees = [line.to, line.also].filter((name) => typeof name === 'string');
      break;
    case 'due':
      item.due = typeof line.to === 'string' ? line.to : null;
      break;
    case 'points':
      item.points = line.total ?? null;
      break;
  }
  if (!line.silent && !line.derived && !WITHOUT_HISTORY.includes(line.op)) item.lastActAt = at;
}

/** A story promoted from an issue takes over its assignees. */
function assigneesOfSource(items: ReadonlyMap<string, TrueItem>, line: Line): string[] {
  if (line.promoted_from?.type !== 'issue') return [];
  const { ref } = line.promoted_from;
  const isSource = (item: TrueItem): boolean =>
    item.kind === 'issue' && item.project === line.project && item.ref === ref;
  return [...items.values()].find(isSource)?.assignees ?? [];
}

function isKind(type: string | undefined): type is Kind {
  return type === 'epic' || type === 'userstory' || type === 'task' || type === 'issue';
}
