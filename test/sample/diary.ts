import type { Act } from '../../src/demo/taiga/recorder.js';
import type { EpicRow, IssueRow, StatusRow, StoryRow, TaskRow } from '../../src/demo/taiga/rows.js';
import type { Store } from '../../src/demo/taiga/store.js';
import { timestamp } from '../../src/demo/taiga/time.js';

/** One thing that happened, as the team saw it. */
export interface Line {
  readonly at: string;
  readonly project: string;
  /** `issue 3`; of a renamed column: its kind. */
  readonly item: string;
  readonly what:
    | ('created' | 'deleted' | 'closed' | 'reopened' | 'points' | 'blocked')
    /** Into another column. */
    | 'moved'
    /** Into another project, and a column there. */
    | 'left'
    /** A column. */
    | 'renamed';
  /** Columns; of what left, the project. */
  readonly from?: string;
  readonly to?: string;
  /** Whether the column that it came into counted as closed. */
  readonly done?: boolean;
  readonly points?: number;
  readonly blocked?: boolean;
  /** Made from an issue or a task: of what is done to it first, Taiga does not record what it was before. */
  readonly promoted?: boolean;
  /** By the deletion of a column, or by its mark: nobody did it to this item. */
  readonly silent?: boolean;
}

interface State {
  readonly project: string;
  readonly status: string;
  readonly statusId: number | null;
  readonly done: boolean;
  readonly closed: boolean;
  readonly blocked: boolean;
  readonly points: number;
  readonly promoted: boolean;
}

const TABLES = [
  ['epic', 'epics_epic'],
  ['userstory', 'userstories_userstory'],
  ['task', 'tasks_task'],
  ['issue', 'issues_issue'],
] as const;

/** Looks at Taiga's items after each act, and writes down what is other than before; history is not looked at. */
export class Diary {
  readonly #store: Store;
  readonly #lines: Line[] = [];
  #before: ReadonlyMap<string, State>;
  #names: ReadonlyMap<string, string>;

  constructor(store: Store) {
    this.#store = store;
    this.#names = this.#lookAtNames();
    this.#before = this.#look();
  }

  /** In order of time. */
  lines(): Line[] {
    return [...this.#lines].sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  }

  /** What came from elsewhere with its past, which somebody else tells. */
  add(...lines: readonly Line[]): void {
    this.#lines.push(...lines);
    this.#before = this.#look();
  }

  note({ at }: Act, silent = false): void {
    const now = this.#look();
    const before = this.#before;
    this.#before = now;
    const write = (item: string, project: string, line: Pick<Line, 'what'> & Partial<Line>): void => {
      this.#lines.push({ at: timestamp(at), project, item, ...line, ...(silent && { silent }) });
    };
    this.#noteNames(write);
    for (const [item, state] of now) {
      const { project, status, done, points, blocked, promoted } = state;
      const old = before.get(item);
      if (!old) {
        write(item, project, {
          what: 'created',
          to: status,
          ...(done && { done }),
          ...(points > 0 && { points }),
          ...(promoted && { promoted }),
        });
        if (state.closed && item.startsWith('userstory')) write(item, project, { what: 'closed' });
        continue;
      }
      if (old.project !== project)
        write(item, project, { what: 'left', from: old.project, to: status, ...(done && { done }) });
      else if (old.statusId !== state.statusId)
        write(item, project, { what: 'moved', from: old.status, to: status, ...(done && { done }) });
      if (old.points !== points) write(item, project, { what: 'points', points });
      if (old.closed !== state.closed && item.startsWith('userstory'))
        write(item, project, { what: state.closed ? 'closed' : 'reopened' });
      if (old.blocked !== blocked) write(item, project, { what: 'blocked', blocked });
    }
    for (const [item, { project }] of before) if (!now.has(item)) write(item, project, { what: 'deleted' });
  }

  #noteNames(write: (item: string, project: string, line: Pick<Line, 'what'> & Partial<Line>) => void): void {
    const names = this.#lookAtNames();
    for (const [key, name] of names) {
      const [kind = '', , project = ''] = key.split(' ');
      const from = this.#names.get(key);
      if (from !== undefined && from !== name) write(kind, project, { what: 'renamed', from, to: name });
    }
    this.#names = names;
  }

  #lookAtNames(): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    for (const [kind] of TABLES) {
      const rows: Iterable<StatusRow> = this.#store.all(`projects_${kind}status`);
      for (const { id, name, project_id: project } of rows)
        names.set(`${kind} ${id} ${this.#store.get('projects_project', project).slug}`, name);
    }
    return names;
  }

  #look(): ReadonlyMap<string, State> {
    const states = new Map<string, State>();
    for (const [kind, table] of TABLES)
      for (const row of this.#store.all(table)) states.set(`${kind} ${row.id}`, this.#stateOf(kind, row));
    return states;
  }

  #stateOf(kind: (typeof TABLES)[number][0], row: EpicRow | StoryRow | TaskRow | IssueRow): State {
    const store = this.#store;
    const status = store.find(`projects_${kind}status`, row.status_id) as StatusRow | undefined;
    const points = store
      .belongingTo('userstories_rolepoints', kind === 'userstory' ? row.id : 0)
      .map(({ points_id: id }) => store.find('projects_points', id)?.value ?? 0);
    return {
      project: store.get('projects_project', row.project_id).slug,
      status: status?.name ?? '',
      statusId: row.status_id,
      done: status?.is_closed ?? false,
      closed: 'kanban_order' in row && row.is_closed,
      blocked: row.is_blocked,
      points: points.reduce((sum, value) => sum + value, 0),
      promoted: 'kanban_order' in row && (row.generated_from_issue_id !== null || row.from_task_ref !== null),
    };
  }
}
