import pg from 'pg';
import { renameStatus } from '../../src/demo/taiga/boards.js';
import { recalculateStory } from '../../src/demo/taiga/closing.js';
import { editIssue } from '../../src/demo/taiga/issues.js';
import { type Act, keyOf } from '../../src/demo/taiga/recorder.js';
import type {
  HistoryRow,
  IssueRow,
  Json,
  Kind,
  MilestoneRow,
  ProjectRow,
  StatusRow,
  StoryRow,
  TaskRow,
} from '../../src/demo/taiga/rows.js';
import type { RowChange } from '../../src/demo/taiga/store.js';
import { editStory } from '../../src/demo/taiga/stories.js';
import { editTask } from '../../src/demo/taiga/tasks.js';
import { timestamp } from '../../src/demo/taiga/time.js';
import type { TestPostgres } from './postgres.js';
import { TeamWorld, writeChanges } from './team-world.js';

export type Board = 'userstory' | 'task' | 'issue' | 'epic';
type Item = StoryRow | TaskRow | IssueRow;

const DEFAULTS = {
  userstory: 'default_us_status_id',
  task: 'default_task_status_id',
  issue: 'default_issue_status_id',
} as const;
const ITEMS = { userstory: 'userstories_userstory', task: 'tasks_task', issue: 'issues_issue' } as const;

/** A team's world with further events: administration, and writes from elsewhere at odd times. */
export class Team extends TeamWorld {
  #server: TestPostgres | undefined;
  #slow: pg.Client | undefined;
  #later: RowChange[] = [];
  #written = 0;

  override async load(server: TestPostgres): Promise<void> {
    this.#server = server;
    await super.load(server);
  }

  override async close(): Promise<void> {
    await this.#slow?.end();
    this.#slow = undefined;
    await super.close();
  }

  /** By its original name: the column for work in progress is sometimes renamed. */
  column(board: Board, name: string, project = this.project): StatusRow {
    const [found] = this.taiga.store.where(
      `projects_${board}status`,
      (row: StatusRow) => row.project_id === project.id && row.name.replace(/ \d+$/, '') === name,
    );
    if (!found) throw new Error(`no column ${name} of ${board}`);
    return found;
  }

  /** An issue that went through these statuses. */
  issueVia(...names: readonly string[]): IssueRow {
    const row = this.addIssue();
    for (const name of names) this.move(row, name);
    return row;
  }

  storyVia(first: string, ...names: readonly string[]): StoryRow {
    const row = this.addStory({ status_id: this.column('userstory', first).id, milestone_id: null });
    for (const name of names) this.move(row, name);
    return row;
  }

  taskVia(story: StoryRow | undefined, first: string, ...names: readonly string[]): TaskRow {
    const row = this.addTask(story, this.column('task', first).id);
    for (const name of names) this.move(row, name);
    return row;
  }

  move(row: Item, name: string, act: Act = this.act()): void {
    const project = this.taiga.store.get('projects_project', row.project_id);
    const board = boardOf(row);
    const patch = { status_id: this.column(board, name, project).id };
    if (board === 'userstory') editStory(this.taiga, act, row as StoryRow, patch);
    else if (board === 'task') editTask(this.taiga, act, row as TaskRow, patch);
    else editIssue(this.taiga, act, row as IssueRow, patch);
  }

  comment(row: Item, comment = 'Just a word.'): void {
    const act = this.act();
    if (boardOf(row) === 'userstory') editStory(this.taiga, act, row as StoryRow, { comment });
    else if (boardOf(row) === 'task') editTask(this.taiga, act, row as TaskRow, { comment });
    else editIssue(this.taiga, act, row as IssueRow, { comment });
  }

  /** Taiga recomputes every story concerned, and writes no row. */
  setMark(board: Board, name: string, isClosed: boolean, project = this.project): void {
    const { store } = this.taiga;
    const { at } = this.act();
    const status = this.column(board, name, project);
    store.update(`projects_${board}status`, status, { is_closed: isClosed });
    if (board === 'userstory')
      for (const story of this.#storiesIn(status)) recalculateStory(store, story, at);
    if (board !== 'task') return;
    for (const task of this.tasks().filter((row) => row.status_id === status.id)) {
      const story = store.find('userstories_userstory', task.user_story_id);
      if (story) recalculateStory(store, story, at);
    }
  }

  #storiesIn(status: StatusRow): StoryRow[] {
    return this.taiga.store.where('userstories_userstory', (row) => row.status_id === status.id);
  }

  rename(board: Board, name: string, newName: string, project = this.project): void {
    this.act();
    renameStatus(this.taiga, `projects_${board}status`, this.column(board, name, project), newName);
  }

  dragColumn(board: Board, name: string, order: number): void {
    this.act();
    this.taiga.store.update(`projects_${board}status`, this.column(board, name), { order });
  }

  /** Its items move to another column: no row, no new date, no recomputed story. */
  deleteColumn(board: keyof typeof ITEMS, name: string, moveTo: string, project = this.project): void {
    const { store } = this.taiga;
    this.act();
    const status = this.column(board, name, project);
    const to = { status_id: this.column(board, moveTo, project).id };
    const items = store.where(ITEMS[board], (row: Item) => row.status_id === status.id);
    for (const item of items) store.update(ITEMS[board], item, to);
    const standard = DEFAULTS[board];
    if (project[standard] === status.id)
      store.update('projects_project', project, { [standard]: to.status_id });
    store.remove(`projects_${board}status`, status);
  }

  /** Rows of history record it. */
  redate(sprint: MilestoneRow, days: { readonly start: string; readonly finish: string }): void {
    const { store, recorder } = this.taiga;
    store.update('milestones_milestone', sprint, {
      estimated_start: days.start,
      estimated_finish: days.finish,
    });
    recorder.record(this.act(), 'milestone', sprint);
  }

  /** Its items are in no sprint any more, without a row of history. */
  deleteSprint(sprint: MilestoneRow): void {
    const { store, recorder } = this.taiga;
    recorder.record(this.act(), 'milestone', sprint, { deleted: true });
    for (const table of Object.values(ITEMS))
      for (const item of store.where(table, (row: Item) => row.milestone_id === sprint.id))
        store.update(table, item, { milestone_id: null });
    store.remove('milestones_milestone', sprint);
    this.sprints.splice(this.sprints.indexOf(sprint), 1);
  }

  /** By an administrator of Taiga: the user's things lose their owner, their acts stay. */
  removeUser(): void {
    const { store } = this.taiga;
    this.act();
    const user = this.random.pick(this.users);
    this.users.splice(this.users.indexOf(user), 1);
    for (const table of Object.values(ITEMS)) {
      for (const item of store.where(table, (row: Item) => row.owner_id === user.id))
        store.update(table, item, { owner_id: null });
      for (const item of store.where(table, (row: Item) => row.assigned_to_id === user.id))
        store.update(table, item, { assigned_to_id: null });
    }
    for (const member of store.where('projects_membership', (row) => row.user_id === user.id))
      store.remove('projects_membership', member);
    store.remove('users_user', user);
  }

  renameProject(project: ProjectRow, slug: string): void {
    this.act();
    this.taiga.store.update('projects_project', project, { slug, name: slug });
  }

  /** The part that Taiga does at once; the rest follows in the background. */
  beginDeletion(project: ProjectRow): void {
    this.act();
    this.taiga.store.update('projects_project', project, { blocked_code: 'blocked-by-deleting' });
  }

  async endDeletion({ id }: ProjectRow): Promise<void> {
    for (const table of [...Object.values(ITEMS), 'epics_epic', 'history_historyentry'])
      await this.#server?.query(`DELETE FROM ${table} WHERE project_id = ${id}`);
    for (const board of ['userstory', 'task', 'issue', 'epic'])
      await this.#server?.query(`DELETE FROM projects_${board}status WHERE project_id = ${id}`);
    await this.#server?.query(`DELETE FROM projects_project WHERE id = ${id}`);
  }

  /** Writes a row of history at any time and for any time, like an importer or another Taiga. */
  writeHistory(
    kind: Kind,
    item: Item,
    at: string,
    row: { type?: 1 | 2 | 3; diff?: Json; values?: Json; snapshot?: Json; comment?: string },
  ): void {
    this.#written += 1;
    const { type = 1, diff = {}, values = {}, snapshot = null, comment = '' } = row;
    const [by] = this.users;
    const written: HistoryRow = {
      id: `written-${this.#written}`,
      user: { pk: by?.id ?? null, name: by?.full_name ?? '' },
      created_at: at,
      type,
      key: keyOf(kind, item.id),
      diff,
      values,
      snapshot,
      is_snapshot: snapshot !== null,
      comment,
      comment_html: comment,
      is_hidden: false,
      delete_comment_date: null,
      delete_comment_user: null,
      comment_versions: null,
      edit_comment_date: null,
      project_id: item.project_id,
      values_diff_cache: null,
    };
    this.taiga.store.append('history_historyentry', written);
  }

  /** A moment so many days before now. */
  ago(days: number): string {
    return timestamp((Date.parse(this.now) - days * 86_400_000) * 1000);
  }

  /** Another client writes the events so far, but does not commit them yet. */
  async beginCommit(): Promise<void> {
    // The totals of a project are written at the end: its row would make others wait.
    const isTotal = ({ table, operation }: RowChange): boolean =>
      table === 'projects_project' && operation === 'update';
    const slow = new pg.Client({ connectionString: this.#server?.url });
    this.#slow = slow;
    await slow.connect();
    await slow.query('BEGIN');
    await writeChanges(
      slow,
      this.takeChanges().filter((change) => !isTotal(change)),
    );
  }

  async endCommit(): Promise<void> {
    await this.#slow?.query('COMMIT');
    await this.#slow?.end();
    this.#slow = undefined;
  }

  /** Writes only the items; `tellHistory` writes their history later. */
  async writeItemsOnly(): Promise<void> {
    const changes = this.takeChanges();
    const isRecord = ({ table }: RowChange): boolean =>
      table === 'history_historyentry' || table === 'timeline_timeline';
    this.#later.push(...changes.filter(isRecord));
    await this.write(changes.filter((change) => !isRecord(change)));
  }

  async tellHistory(): Promise<void> {
    await this.write(this.#later);
    this.#later = [];
  }
}

function boardOf(row: Item): 'userstory' | 'task' | 'issue' {
  if ('kanban_order' in row) return 'userstory';
  return 'user_story_id' in row ? 'task' : 'issue';
}
