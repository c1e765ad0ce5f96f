import { taigaSchemaSql } from '../../src/demo/schema.js';
import type { TestPostgres } from './postgres.js';

type Row = Record<string, unknown>;
export type Kind = 'epic' | 'userstory' | 'task' | 'issue';

export interface User {
  readonly id: number;
  readonly username: string;
}

export interface Item {
  readonly id: number;
  readonly kind: Kind;
  readonly project: ProjectBuilder;
}

export interface Sprint {
  readonly id: number;
}

/** Days before the moment for which the world is built; 0.5 is twelve hours. */
export type DaysAgo = number;

export interface ProjectOptions {
  readonly name?: string;
  readonly created?: DaysAgo;
  readonly isPrivate?: boolean;
  readonly plannedPoints?: number;
  readonly plannedSprints?: number;
  readonly blockedCode?: string;
  readonly archivedCode?: string;
  /** The columns of the boards from left to right; a name that ends with `*` is closed. */
  readonly statuses?: Partial<Record<Kind, readonly string[]>>;
  /** Limits for work in progress by status, as in a project without swimlanes. */
  readonly limits?: Readonly<Record<string, number>>;
}

export interface ItemOptions {
  readonly ref: number;
  readonly subject?: string;
  /**
   * The item's way over the board in history: when, and into which status. The first is the creation, the last is the
   * item's status. Only history has them: `modified_date` stays at the creation, as after drag and drop.
   */
  readonly moves?: readonly (readonly [DaysAgo, string])[];
  /** For an item without history, or a status that differs from the last move. NULL: the status was deleted. */
  readonly status?: string | null;
  readonly created?: DaysAgo;
  readonly modified?: DaysAgo;
  /** The date that Taiga recorded for the closing. */
  readonly finished?: DaysAgo;
  readonly blocked?: boolean;
  readonly due?: string;
  readonly assignee?: User;
  readonly sprint?: Sprint;
}

export interface StoryOptions extends ItemOptions {
  readonly isClosed?: boolean;
  /** By role; absent: the story has no rows of points at all. */
  readonly points?: Readonly<Record<string, string>>;
  /** The second table of assignees, which is independent of the first one. */
  readonly alsoAssigned?: readonly User[];
  readonly swimlane?: string;
}

export interface TaskOptions extends ItemOptions {
  readonly story?: Item;
}

export interface IssueOptions extends ItemOptions {
  /** NULL: an administrator deleted the value. */
  readonly type?: string | null;
  readonly severity?: string | null;
  readonly priority?: string | null;
}

const ITEM_TABLES: Readonly<Record<Kind, string>> = {
  epic: 'epics_epic',
  userstory: 'userstories_userstory',
  task: 'tasks_task',
  issue: 'issues_issue',
};

const HISTORY_KEYS: Readonly<Record<Kind, string>> = {
  epic: 'epics.epic',
  userstory: 'userstories.userstory',
  task: 'tasks.task',
  issue: 'issues.issue',
};

/** Builds a Taiga database; whatever a test does not mention gets a neutral value. */
export class TaigaBuilder {
  readonly #tables = new Map<string, Row[]>();
  readonly #now: number;

  constructor(now: string) {
    this.#now = Date.parse(now);
  }

  /** The timestamp of a moment before now. */
  ago(days: DaysAgo): string {
    return new Date(this.#now - days * 86_400_000).toISOString();
  }

  /** Adds a row to any table; ids count for each table, so that different tables have the same ids, as in Taiga. */
  add(table: string, row: Row): number {
    const rows = this.#tables.get(table) ?? [];
    this.#tables.set(table, rows);
    const id = rows.length + 1;
    rows.push({ id, ...row });
    return id;
  }

  addUser(username: string, fullName: string): User {
    const id = this.add('users_user', {
      username,
      full_name: fullName,
      email: `${username}@example.org`,
      uuid: username,
    });
    return { id, username };
  }

  addProject(slug: string, options: ProjectOptions = {}): ProjectBuilder {
    return new ProjectBuilder(this, slug, options);
  }

  /** Adds a row to an item's history. */
  addHistory(
    item: Item,
    days: DaysAgo,
    row: { type?: 1 | 2 | 3; diff?: Row; values?: Row; snapshot?: Row; comment?: string; user?: Row },
  ): void {
    const { type = 1, diff = {}, values = {}, snapshot = null, comment = '', user = {} } = row;
    const serial = this.#tables.get('history_historyentry')?.length ?? 0;
    this.add('history_historyentry', {
      id: `00000000-0000-11f0-8000-${String(serial).padStart(12, '0')}`,
      key: `${HISTORY_KEYS[item.kind]}:${item.id}`,
      created_at: this.ago(days),
      type,
      user,
      diff,
      values,
      snapshot,
      comment,
      is_snapshot: snapshot !== null,
      is_hidden: false,
      project_id: item.project.id,
    });
  }

  /** Empties the database and fills it with this world. */
  async load(server: TestPostgres): Promise<void> {
    await server.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${taigaSchemaSql}`);
    const fillers = await nothingValues(server);
    for (const [table, rows] of this.#tables) {
      const filled = rows.map((row) => ({ ...fillers.get(table), ...row }));
      const columns = [...new Set(filled.flatMap(Object.keys))].map((name) => `"${name}"`).join(', ');
      await server.query(
        `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1)`,
        [JSON.stringify(filled)],
      );
    }
  }
}

export class ProjectBuilder {
  readonly id: number;
  readonly #taiga: TaigaBuilder;
  readonly #statusIds = new Map<string, number>();
  readonly #named = new Map<string, number>();

  constructor(taiga: TaigaBuilder, slug: string, options: ProjectOptions) {
    this.#taiga = taiga;
    this.id = taiga.add('projects_project', {
      slug,
      name: options.name ?? slug,
      created_date: taiga.ago(options.created ?? 365),
      is_private: options.isPrivate ?? false,
      total_story_points: options.plannedPoints ?? null,
      total_milestones: options.plannedSprints ?? null,
      blocked_code: options.blockedCode ?? null,
      archived_code: options.archivedCode ?? null,
    });
    for (const [kind, names] of Object.entries(options.statuses ?? {})) {
      names.forEach((mark, order) => {
        const name = mark.replace(/\*$/, '');
        const status: Row = {
          name,
          slug: `status-${order}`,
          order,
          is_closed: mark.endsWith('*'),
          project_id: this.id,
        };
        if (kind === 'userstory') status.wip_limit = options.limits?.[name] ?? null;
        this.#statusIds.set(`${kind} ${name}`, taiga.add(`projects_${kind}status`, status));
      });
    }
  }

  statusId(kind: Kind, name: string): number {
    return found(this.#statusIds.get(`${kind} ${name}`), `${kind} status ${name}`);
  }

  /** Adds roles, and the names of points with their values. */
  addEstimation(roles: readonly string[], points: Readonly<Record<string, number | null>>): void {
    for (const name of roles) this.addRole(name);
    for (const [name, value] of Object.entries(points)) this.#addNamed('projects_points', name, { value });
  }

  addRole(name: string): number {
    return this.#addNamed('users_role', name, { slug: name.toLowerCase(), computable: true });
  }

  /** Adds a member, or an invitation that nobody has accepted yet. */
  addMember(user: User | 'invited', role: string): void {
    this.#taiga.add('projects_membership', {
      project_id: this.id,
      role_id: this.#idOf('users_role', role),
      user_id: user === 'invited' ? null : user.id,
      email: user === 'invited' ? 'new.hire@example.org' : null,
    });
  }

  /** Adds a swimlane with its limits by status. */
  addSwimlane(name: string, limits: Readonly<Record<string, number>>): void {
    const lane = this.#addNamed('projects_swimlane', name, {});
    for (const [key, status] of this.#statusIds) {
      if (!key.startsWith('userstory ')) continue;
      const limit = limits[key.slice('userstory '.length)] ?? null;
      this.#taiga.add('projects_swimlaneuserstorystatus', {
        swimlane_id: lane,
        status_id: status,
        wip_limit: limit,
      });
    }
  }

  addSprint(slug: string, name: string, start: string, finish: string, closed = false): Sprint {
    return {
      id: this.#taiga.add('milestones_milestone', {
        slug,
        name,
        estimated_start: start,
        estimated_finish: finish,
        closed,
        project_id: this.id,
      }),
    };
  }

  addEpic(options: ItemOptions & { readonly stories?: readonly Item[] }): Item {
    const epic = this.#addItem('epic', options, {});
    for (const story of options.stories ?? [])
      this.#taiga.add('epics_relateduserstory', { epic_id: epic.id, user_story_id: story.id });
    return epic;
  }

  addStory(options: StoryOptions): Item {
    const story = this.#addItem('userstory', options, {
      is_closed: options.isClosed ?? false,
      finish_date: this.#when(options.finished),
      due_date: options.due ?? null,
      milestone_id: options.sprint?.id ?? null,
      swimlane_id: options.swimlane === undefined ? null : this.#idOf('projects_swimlane', options.swimlane),
    });
    for (const [role, points] of Object.entries(options.points ?? {})) {
      this.#taiga.add('userstories_rolepoints', {
        user_story_id: story.id,
        role_id: this.#idOf('users_role', role),
        points_id: this.#idOf('projects_points', points),
      });
    }
    for (const user of options.alsoAssigned ?? [])
      this.#taiga.add('userstories_userstory_assigned_users', { userstory_id: story.id, user_id: user.id });
    return story;
  }

  addTask(options: TaskOptions): Item {
    return this.#addItem('task', options, {
      finished_date: this.#when(options.finished),
      due_date: options.due ?? null,
      milestone_id: options.sprint?.id ?? null,
      user_story_id: options.story?.id ?? null,
    });
  }

  addIssue(options: IssueOptions): Item {
    const attribute = (table: string, name: string | null | undefined): number | null =>
      name === null || name === undefined ? null : this.#addNamed(table, name, {});
    return this.#addItem('issue', options, {
      finished_date: this.#when(options.finished),
      due_date: options.due ?? null,
      milestone_id: options.sprint?.id ?? null,
      type_id: attribute('projects_issuetype', options.type),
      severity_id: attribute('projects_severity', options.severity),
      priority_id: attribute('projects_priority', options.priority),
    });
  }

  #addItem(kind: Kind, options: ItemOptions, columns: Row): Item {
    const { ref, subject = `${kind} ${ref}`, moves = [] } = options;
    const created = options.created ?? found(moves[0]?.[0], 'time of creation');
    const last = moves.at(-1)?.[1];
    const status = options.status === undefined ? found(last, 'status') : options.status;
    const item: Item = {
      kind,
      project: this,
      id: this.#taiga.add(ITEM_TABLES[kind], {
        ref,
        subject,
        project_id: this.id,
        status_id: status === null ? null : this.statusId(kind, status),
        created_date: this.#taiga.ago(created),
        modified_date: this.#taiga.ago(options.modified ?? created),
        is_blocked: options.blocked ?? false,
        assigned_to_id: options.assignee?.id ?? null,
        ...columns,
      }),
    };
    moves.forEach(([days, name], i) => {
      const before = moves[i - 1]?.[1];
      const id = this.statusId(kind, name);
      const row =
        before === undefined
          ? { type: 2 as const, snapshot: { ref, subject, status: id } }
          : { diff: { status: [this.statusId(kind, before), id] } };
      this.#taiga.addHistory(item, days, row);
    });
    return item;
  }

  #when(days: DaysAgo | undefined): string | null {
    return days === undefined ? null : this.#taiga.ago(days);
  }

  /** Finds a row by its name within the project; creates it when it is first mentioned. */
  #addNamed(table: string, name: string, columns: Row): number {
    const key = `${table} ${name}`;
    const known = this.#named.get(key);
    if (known !== undefined) return known;
    const id = this.#taiga.add(table, { name, project_id: this.id, ...columns });
    this.#named.set(key, id);
    return id;
  }

  #idOf(table: string, name: string): number {
    return found(this.#named.get(`${table} ${name}`), `${name} in ${table}`);
  }
}

/** For each table, the columns that must not be empty, with a neutral value. */
async function nothingValues(server: TestPostgres): Promise<Map<string, Row>> {
  const columns = await server.query(
    `SELECT table_name, column_name, data_type
     FROM information_schema.columns
     WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL`,
  );
  const fillers = new Map<string, Row>();
  for (const { table_name: table, column_name: column, data_type: type } of columns) {
    const row = fillers.get(String(table)) ?? {};
    fillers.set(String(table), row);
    row[String(column)] = nothingOf(String(type));
  }
  return fillers;
}

function nothingOf(type: string): unknown {
  if (type === 'boolean') return false;
  if (/int|double/.test(type)) return 0;
  if (/date|timestamp/.test(type)) return '2020-01-01T00:00:00Z';
  return type === 'jsonb' ? {} : '';
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the fixture lacks: ${what}`);
  return value;
}
