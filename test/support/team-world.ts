import type pg from 'pg';
import { fold } from '../../src/demo/postgres/fold.js';
import { connectLiveWriter, type LiveWriter } from '../../src/demo/postgres/live-writer.js';
import { Random } from '../../src/demo/random.js';
import { taigaSchemaSql } from '../../src/demo/schema.js';
import { deleteIssueStatus, renameStatus } from '../../src/demo/taiga/boards.js';
import { recalculateStory } from '../../src/demo/taiga/closing.js';
import { createUser, install } from '../../src/demo/taiga/installation.js';
import { createIssue, deleteIssue, editIssue, promoteToStory } from '../../src/demo/taiga/issues.js';
import { createEpic, createSprint, linkToEpic, setEpicStatus } from '../../src/demo/taiga/planning.js';
import { createProject } from '../../src/demo/taiga/projects.js';
import type { Act } from '../../src/demo/taiga/recorder.js';
import type {
  EpicRow,
  HistoryRow,
  IssueRow,
  MilestoneRow,
  ProjectRow,
  RelatedStoryRow,
  StatusRow,
  StoryRow,
  TaskRow,
  UserRow,
} from '../../src/demo/taiga/rows.js';
import type { RowChange } from '../../src/demo/taiga/store.js';
import {
  createStory,
  deleteStory,
  dragOnKanban,
  dragToSprint,
  editStory,
  insertStory,
  moveUnfinished,
  reorderBacklog,
} from '../../src/demo/taiga/stories.js';
import { createTaiga, type Taiga, takeRef } from '../../src/demo/taiga/taiga.js';
import { createTask, deleteTask, editTask } from '../../src/demo/taiga/tasks.js';
import { dateOf, day, hour, type Micros, microsOf, minute, timestamp } from '../../src/demo/taiga/time.js';
import type { TestPostgres } from './postgres.js';

/** Writes changes through a client, within its transaction. */
export async function writeChanges(client: pg.Client, changes: readonly RowChange[]): Promise<void> {
  for (const change of changes) {
    const { table } = change;
    if (change.operation === 'delete') {
      await client.query(`DELETE FROM ${table} WHERE id = $1`, [change.id]);
      continue;
    }
    const row = change.operation === 'insert' ? change.row : change.set;
    const columns = Object.keys(row).map((column) => `"${column}"`);
    const source = `json_populate_record(null::${table}, $1) AS new`;
    if (change.operation === 'insert')
      await client.query(`INSERT INTO ${table} SELECT new.* FROM ${source}`, [JSON.stringify(row)]);
    else
      await client.query(
        `UPDATE ${table} AS old SET ${columns.map((column) => `${column} = new.${column}`).join(', ')} FROM ${source} WHERE old.id = $2`,
        [JSON.stringify(row), change.id],
      );
  }
}

type StatusTable =
  | 'projects_userstorystatus'
  | 'projects_taskstatus'
  | 'projects_issuestatus'
  | 'projects_epicstatus';

/**
 * A small Taiga with random events, the same for the same seed: the demo's model of Taiga writes what Taiga would write.
 * `write()` brings the events into a database.
 */
export class TeamWorld {
  readonly taiga: Taiga;
  readonly random: Random;
  readonly project: ProjectRow;
  readonly other: ProjectRow;
  readonly users: UserRow[];
  readonly sprints: MilestoneRow[];
  /** Leaves out events whose time or earlier state no record tells. */
  leavesTraces = false;
  /** An issue in a transaction that is still open: nobody else can see it. */
  unseen: IssueRow | undefined;
  readonly #comments = new Map<number, HistoryRow[]>();
  readonly #history: RowChange[] = [];
  #clock: Micros;
  #writer: LiveWriter | undefined;

  constructor(seed: number, from = '2026-01-05T08:00:00Z') {
    this.random = new Random(seed);
    this.taiga = createTaiga(this.random);
    this.#clock = microsOf(new Date(from));
    install(this.taiga, this.#clock, this.random);
    this.users = ['ann', 'bob', 'eve'].map((username) =>
      createUser(this.taiga, this.#clock, this.random, {
        username,
        full_name: username,
        email: `${username}@example.org`,
      }),
    );
    const [by] = this.users as [UserRow];
    const spec = { description: '', modules: ['backlog', 'kanban', 'issues', 'epics'] as const };
    const start = { at: this.#clock, by };
    this.project = createProject(this.taiga, start, { ...spec, name: 'Shop', slug: 'shop' });
    this.other = createProject(this.taiga, start, { ...spec, name: 'Other', slug: 'other' });
    this.sprints = [0, 1, 2].map((number) =>
      createSprint(this.taiga, this.act(), this.project, `Sprint ${number}`, {
        start: dateOf(this.#clock + number * 10 * day),
        finish: dateOf(this.#clock + (number * 10 + 9) * day),
      }),
    );
  }

  /** A moment just after all events so far. */
  get now(): string {
    return new Date(Math.floor(this.#clock / 1000) + 1).toISOString();
  }

  /** Advances the time and returns the next act of somebody. */
  act(by: UserRow = this.random.pick(this.users)): Act {
    this.#clock += this.random.integer(1, 3 * 60) * minute + this.random.integer(0, 999_999);
    if (this.random.chance(0.2)) this.#clock += this.random.integer(8, 60) * hour;
    return { at: this.#clock, by };
  }

  /** Empties the database and fills it with everything so far. */
  async load(server: TestPostgres): Promise<void> {
    await this.close();
    await this.loadElsewhere(server);
    await this.connect(server);
  }

  /** Continues to write there, also after the server was restarted. */
  async connect(server: TestPostgres): Promise<void> {
    await this.close();
    this.#writer = await connectLiveWriter(server.url);
  }

  /** The same for a database that is not continued. */
  async loadElsewhere(server: TestPostgres): Promise<void> {
    await server.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${taigaSchemaSql}`);
    this.takeChanges();
    for (const [table, rows] of Object.entries(fold(this.#history)))
      await server.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(null::${table}, $1)`, [
        JSON.stringify(rows),
      ]);
  }

  /** The time (ms) of each item's last row of history, by key; for worlds without a database. */
  lastActs(): Map<string, number> {
    this.takeChanges();
    const lastActs = new Map<string, number>();
    for (const change of this.#history) {
      if (change.table !== 'history_historyentry' || change.operation !== 'insert') continue;
      const { key, created_at: at } = change.row as HistoryRow;
      lastActs.set(key, Math.max(lastActs.get(key) ?? 0, Date.parse(at)));
    }
    return lastActs;
  }

  /** The changes since it was last called. */
  takeChanges(): RowChange[] {
    const changes = this.taiga.store.takeChanges();
    this.#history.push(...changes);
    return changes;
  }

  /** Brings the changes since then into the database, in one transaction. */
  async write(changes: readonly RowChange[] = this.takeChanges()): Promise<void> {
    if (!this.#writer) throw new Error('load first');
    await this.#writer.write(changes);
  }

  async close(): Promise<void> {
    await this.#writer?.close();
    this.#writer = undefined;
  }

  stories(): StoryRow[] {
    return this.taiga.store.where('userstories_userstory', ({ project_id: id }) => id === this.project.id);
  }

  tasks(): TaskRow[] {
    return this.taiga.store.where('tasks_task', () => true);
  }

  issues(): IssueRow[] {
    return this.taiga.store.where(
      'issues_issue',
      (row) => row.project_id === this.project.id && row.id !== this.unseen?.id,
    );
  }

  epics(): EpicRow[] {
    return this.taiga.store.where('epics_epic', () => true);
  }

  links(): RelatedStoryRow[] {
    return this.taiga.store.where('epics_relateduserstory', () => true);
  }

  status(table: StatusTable, name: string, project = this.project): StatusRow {
    const [found] = this.taiga.store.where(
      table,
      (row: StatusRow) => row.project_id === project.id && row.name === name,
    );
    if (!found) throw new Error(`no status ${name} in ${table}`);
    return found;
  }

  #anyStatus(table: StatusTable): number {
    const statuses = this.taiga.store.where(table, (row: StatusRow) => row.project_id === this.project.id);
    return this.random.pick(statuses).id;
  }

  #anyPoints(): Map<number, number> {
    const { store } = this.taiga;
    const roles = store.where('users_role', (row) => row.project_id === this.project.id && row.computable);
    const points = store.where('projects_points', (row) => row.project_id === this.project.id);
    return new Map([[this.random.pick(roles).id, this.random.pick(points).id]]);
  }

  #anybody(): number | null {
    return this.random.chance(0.3) ? null : this.random.pick(this.users).id;
  }

  /** Mostly a few days in the future, sometimes in the past. */
  #anyDay(): string | null {
    const days = this.random.integer(-4, 12);
    return this.random.chance(0.2) ? null : dateOf(this.#clock + days * day);
  }

  addStory(fields: { status_id?: number; milestone_id?: number | null } = {}): StoryRow {
    return createStory(this.taiga, this.act(), this.project, {
      subject: 'A story',
      ...(this.random.chance(0.5) && { points: this.#anyPoints() }),
      ...fields,
    });
  }

  addTask(story: StoryRow | undefined, status = this.#anyStatus('projects_taskstatus')): TaskRow {
    const { store } = this.taiga;
    const place = story ? { story } : { sprint: this.random.pick(this.sprints) };
    const act = this.act();
    const task = createTask(this.taiga, act, this.project, place, { subject: 'A task', status_id: status });
    // The demo's teams never start with a closed status; for that Taiga records the date.
    if (store.get('projects_taskstatus', status).is_closed)
      store.update('tasks_task', task, { finished_date: timestamp(act.at) });
    return task;
  }

  addIssue(): IssueRow {
    return createIssue(this.taiga, this.act(), this.project, { subject: 'An issue' });
  }

  addEpic(assignee: number | null = null): EpicRow {
    return createEpic(this.taiga, this.act(), this.project, {
      subject: 'E',
      color: '#000',
      assigned_to_id: assignee,
    });
  }

  linkStory(epic: EpicRow, story: StoryRow): void {
    const links = this.taiga.store.belongingTo('epics_relateduserstory', epic.id);
    if (!links.some((link) => link.user_story_id === story.id))
      linkToEpic(this.taiga, this.act(), epic, story);
  }

  /** Recorded by the last row of the link's own history. */
  unlinkStory(link: RelatedStoryRow): void {
    const { store, recorder } = this.taiga;
    recorder.record(this.act(), 'relateduserstory', link, { deleted: true });
    store.remove('epics_relateduserstory', link);
  }

  /** A task becomes a story: the task is deleted and the story created without a row of history. */
  promoteTask(task: TaskRow): StoryRow {
    const { store } = this.taiga;
    const act = this.act();
    const story = insertStory(this.taiga, act, this.project, {
      subject: task.subject,
      milestone_id: task.milestone_id,
    });
    store.update('userstories_userstory', story, { from_task_ref: `Task #${task.ref}` });
    store.remove('tasks_task', task);
    this.#recalculate(task.user_story_id, act);
    if (this.leavesTraces) editStory(this.taiga, this.act(), story, { comment: 'That is more than a task.' });
    return story;
  }

  /** Moves a task to another story; the story's other tasks stay. */
  moveTask(task: TaskRow, story: StoryRow): void {
    const act = this.act();
    const before = task.user_story_id;
    this.taiga.store.update('tasks_task', task, {
      user_story_id: story.id,
      milestone_id: story.milestone_id,
    });
    this.#recalculate(before, act);
    this.#recalculate(story.id, act);
    this.taiga.recorder.record(act, 'task', task);
  }

  #recalculate(id: number | null, { at }: Act): void {
    const story = this.taiga.store.find('userstories_userstory', id);
    if (story) recalculateStory(this.taiga.store, story, at);
  }

  /** Leaves one row of history in the other project, with that one's statuses. */
  moveIssueAway(issue: IssueRow, to = this.other): void {
    const { store, recorder } = this.taiga;
    const act = this.act();
    const before = issue.ref;
    store.update('issues_issue', issue, {
      project_id: to.id,
      ref: takeRef(this.taiga, act.at, to, 'issue', issue.id),
      status_id: to.default_issue_status_id,
      type_id: to.default_issue_type_id,
      priority_id: to.default_priority_id,
      severity_id: to.default_severity_id,
      milestone_id: null,
      finished_date: null,
    });
    const row = recorder.record(act, 'issue', issue);
    // The demo's teams move nothing to other projects, so its model omits the number.
    if (row && typeof row.diff === 'object')
      store.amend('history_historyentry', row.id, { diff: { ...row.diff, ref: [before, issue.ref] } });
  }

  /** Does something at random; returns false if there was nothing to do it with. */
  anything(): boolean {
    const { random, taiga } = this;
    const deeds: readonly (readonly [() => unknown, number])[] = [
      [() => this.addStory({ status_id: this.#anyStatus('projects_userstorystatus') }), 6],
      [() => this.#with(this.stories(), (story) => this.addTask(random.chance(0.8) ? story : undefined)), 10],
      [() => this.addIssue(), 6],
      [() => this.addEpic(this.#anybody()), 1],
      [() => this.#with(this.stories(), (story) => this.#changeStory(story)), 12],
      [() => this.#with(this.stories(), (story) => this.#drag(story)), 12],
      [() => this.#with(this.tasks(), (task) => this.#changeTask(task)), 16],
      [() => this.#with(this.issues(), (issue) => this.#changeIssue(issue)), 14],
      [() => this.#with(this.epics(), (epic) => this.#changeEpic(epic)), 2],
      [
        () => this.#with(this.epics(), (epic) => this.#with(this.stories(), (s) => this.linkStory(epic, s))),
        3,
      ],
      [() => this.#with(this.links(), (link) => this.unlinkStory(link)), 1],
      [() => this.#with(this.#deletable(), (story) => deleteStory(taiga, this.act(), story)), 3],
      [() => this.#with(this.tasks(), (task) => deleteTask(taiga, this.act(), task)), 3],
      [() => this.#with(this.issues(), (issue) => deleteIssue(taiga, this.act(), issue)), 2],
      [() => this.#with(this.issues(), (issue) => this.#promote(issue)), 3],
      [() => this.#with(this.tasks(), (task) => this.promoteTask(task)), 2],
      [
        () => this.#with(this.tasks(), (task) => this.#with(this.stories(), (s) => this.moveTask(task, s))),
        3,
      ],
      [() => this.#with(this.issues(), (issue) => this.moveIssueAway(issue)), 1],
      [() => moveUnfinished(taiga, this.act(), random.pick(this.sprints), random.pick(this.sprints)), 1],
      [() => this.#administrate(), 1],
    ];
    return random.weighted(deeds)?.() !== false;
  }

  /** Without promoted stories: only their row tells when they were created and when their task ended (cases.test.ts). */
  #deletable(): StoryRow[] {
    return this.stories().filter((story) => (story.from_task_ref ?? story.generated_from_issue_id) === null);
  }

  #with<T>(choices: readonly T[], deed: (choice: T) => unknown): boolean {
    if (choices.length === 0) return false;
    deed(this.random.pick(choices));
    return true;
  }

  #changeStory(story: StoryRow): void {
    const { random } = this;
    editStory(this.taiga, this.act(), story, {
      ...(random.chance(0.5) && { status_id: this.#anyStatus('projects_userstorystatus') }),
      ...(random.chance(0.3) && { points: this.#anyPoints() }),
      ...(random.chance(0.2) && { milestone_id: random.pick(this.sprints).id }),
      ...(random.chance(0.2) && { is_blocked: !story.is_blocked }),
      ...(random.chance(0.2) && { comment: 'Well.' }),
      ...(this.#tellsPeopleAndDates(story) && {
        ...(random.chance(0.3) && {
          assignees: this.users.filter(() => random.chance(0.4)).map(({ id }) => id),
        }),
        ...(random.chance(0.3) && { due_date: this.#anyDay() }),
      }),
    });
  }

  /** The first change of a promoted story is recorded as its creation, so the state before is unknown. */
  #tellsPeopleAndDates({ generated_from_issue_id: issue, version }: StoryRow): boolean {
    return !this.leavesTraces || issue === null || version > 1;
  }

  #drag(story: StoryRow): void {
    const { random, taiga } = this;
    const position = random.integer(1, 50);
    const to = { status_id: this.#anyStatus('projects_userstorystatus'), swimlane_id: null };
    if (random.chance(0.5)) dragOnKanban(taiga, this.act(), story, to, position);
    else if (random.chance(0.7))
      dragToSprint(taiga, this.act(), story, random.chance(0.3) ? null : random.pick(this.sprints), position);
    else reorderBacklog(taiga, this.act(), story, position);
  }

  #changeTask(task: TaskRow): void {
    const { random } = this;
    editTask(this.taiga, this.act(), task, {
      ...(random.chance(0.8) && { status_id: this.#anyStatus('projects_taskstatus') }),
      ...(random.chance(0.2) && { is_blocked: !task.is_blocked }),
      ...(random.chance(0.3) && { assigned_to_id: this.#anybody() }),
      ...(random.chance(0.2) && { due_date: this.#anyDay() }),
      ...(random.chance(0.2) && { comment: 'Hm.' }),
    });
  }

  #changeIssue(issue: IssueRow): void {
    const { random, taiga } = this;
    const types = taiga.store.where('projects_issuetype', (row) => row.project_id === this.project.id);
    const row = editIssue(taiga, this.act(), issue, {
      ...(random.chance(0.7) && { status_id: this.#anyStatus('projects_issuestatus') }),
      ...(random.chance(0.2) && { type_id: random.pick(types).id }),
      ...(random.chance(0.2) && { is_blocked: !issue.is_blocked }),
      ...(random.chance(0.3) && { assigned_to_id: this.#anybody() }),
      ...(random.chance(0.2) && { due_date: this.#anyDay() }),
      ...(random.chance(0.3) && { comment: 'Why?' }),
    });
    if (row && row.comment !== '')
      this.#comments.set(issue.id, [...(this.#comments.get(issue.id) ?? []), row]);
  }

  #changeEpic(epic: EpicRow): void {
    setEpicStatus(this.taiga, this.act(), epic, this.#anyStatus('projects_epicstatus'));
  }

  #promote(issue: IssueRow): void {
    promoteToStory(this.taiga, this.act(), issue, this.project, this.#comments.get(issue.id) ?? []);
  }

  /** Things that leave no trace in history: a new name, a user who leaves, a deleted status. */
  #administrate(): void {
    const { store } = this.taiga;
    const pick = this.random.integer(0, this.leavesTraces ? 2 : 3);
    if (pick === 0) this.#rename('projects_issuestatus');
    if (pick === 1) this.#rename('projects_userstorystatus');
    if (pick === 2) this.cancelUser();
    if (pick === 3) {
      const [open] = store.where('projects_issuestatus', ({ name }) => name === 'Needs Info');
      if (open) deleteIssueStatus(this.taiga, open, this.status('projects_issuestatus', 'Postponed'));
    }
  }

  #rename(table: 'projects_issuestatus' | 'projects_userstorystatus'): void {
    const [status] = this.taiga.store.where(
      table,
      (row: StatusRow) => row.project_id === this.project.id && /^In progress/.test(row.name),
    );
    if (status) renameStatus(this.taiga, table, status, `In progress ${this.random.integer(1, 99)}`);
  }

  /** Cancels an account: its name disappears, its work stays. */
  cancelUser(): void {
    const user = this.random.pick(this.users);
    this.taiga.store.update('users_user', user, {
      username: `deleted-user-${user.id}`,
      full_name: 'Deleted user',
      is_active: false,
      date_cancelled: timestamp(this.#clock),
    });
  }
}
