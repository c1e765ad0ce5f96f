import { type ApiProject, readApiStats } from './ground-truth.js';
import type { Kind } from './taiga-builder.js';
import type { TaigaRecords } from './taiga-records.js';
import {
  type DiaryLine,
  defaultStage,
  finalNames,
  firstFlags,
  type ItemLine,
  isItemLine,
  keyOf,
  momentOf,
  RESOURCES,
  sprintSlugs,
  statusKey,
} from './true-past.js';

/*
 * The work of the sample's team at any moment of its year: replays the diary of its simulation naively, line by line, with
 * the facts that only Taiga's records have (TaigaRecords). It shares nothing with the product's SQL.
 */

/** An item at a moment; all times in milliseconds. */
export interface WorkItem {
  readonly kind: Kind;
  readonly id: number;
  readonly bornAt: number;
  project: string;
  ref: number;
  /** The key of its status: `issue 23`. */
  statusKey: string;
  /** The status' current name and meaning. */
  status: StatusToday;
  /** When it entered its status. */
  enteredAt: number;
  /** When it first entered a status that is work in progress. */
  startedAt: number | undefined;
  /** For a story: Taiga's own flag. */
  isClosedItself: boolean;
  /** Ids of accounts. */
  assignees: readonly number[];
  due: string | null;
  points: number | null;
  /** The sprint's name. */
  sprint: string | null;
  swimlane: string;
  /** For a task: the number of its story. */
  readonly storyRef: number | null;
  /** The time of the last row in its history. */
  lastActAt: number;
}

export interface WorkSprint {
  readonly project: string;
  readonly name: string;
  readonly slug: string;
  readonly start: string;
  readonly finish: string;
  isClosed: boolean;
}

/** The current name and meaning of a status. */
export interface StatusToday {
  readonly name: string;
  readonly stage: string;
  readonly isClosed: boolean;
}

const NO_STATUS: StatusToday = { name: '', stage: '', isClosed: false };

export const isInProgress = ({ status: { stage } }: WorkItem): boolean =>
  stage === 'active' || stage === 'waiting';

/** How to treat what Taiga does not record. */
export interface Telling {
  /** Whether a status counts as closed as it did then, or as it does today: no record tells that a flag changed. */
  readonly flags: 'then' | 'today';
  /**
   * When a status is deleted, its items move to another one: at once, or only when the first of them leaves that one, which
   * is the first row that cannot name the deleted status any more. No row tells since when they are there.
   */
  readonly deletedStatus: 'left at once' | 'left late';
}

export const WHAT_WAS: Telling = { flags: 'then', deletedStatus: 'left at once' };
export const AS_RECORDED: Telling = { flags: 'today', deletedStatus: 'left late' };

export class TrueWork {
  readonly items = new Map<string, WorkItem>();
  readonly sprints = new Map<number, WorkSprint>();
  /** Names of projects by slug. */
  readonly projects = new Map<string, string>();
  /** Names of roles by `project | account`. */
  readonly members = new Map<string, string>();
  /** Stories under epics: `project | ref of the epic`, and the key of the story. */
  readonly links: { readonly epic: string; readonly story: string }[] = [];
  readonly records: TaigaRecords;
  /** Projects as they are at the end: settings have no past. */
  readonly present: ReadonlyMap<string, ApiProject> = new Map(
    readApiStats().map((project) => [project.slug, project]),
  );
  readonly #telling: Telling;
  readonly #statuses: ReadonlyMap<string, StatusToday>;
  /** Whether a status is closed at this moment. */
  readonly #flags: Map<string, boolean>;
  readonly #storiesByRef = new Map<string, WorkItem>();
  #open: readonly WorkItem[] | undefined;
  /** Moves out of a deleted status that no row has told yet. */
  #unseenMoves: ItemLine[] = [];
  readonly #accounts = new Map<string, number>();
  readonly #slugs = sprintSlugs();

  constructor(diary: readonly DiaryLine[], records: TaigaRecords, telling: Telling) {
    this.records = records;
    this.#telling = telling;
    this.#statuses = statusesToday(diary);
    this.#flags = firstFlags(diary);
  }

  isClosed({ kind, isClosedItself, status, statusKey: key }: WorkItem): boolean {
    if (kind === 'userstory') return isClosedItself;
    return this.#telling.flags === 'today' ? status.isClosed : this.#flags.get(key) === true;
  }

  openItems(): readonly WorkItem[] {
    this.#open ??= [...this.items.values()].filter((item) => !this.isClosed(item));
    return this.#open;
  }

  /** The story of a task. */
  storyOf({ project, storyRef }: WorkItem): WorkItem | undefined {
    if (storyRef === null) return undefined;
    return this.#storiesByRef.get(`${project} ${storyRef}`);
  }

  play(line: DiaryLine): void {
    this.#open = undefined;
    if (isItemLine(line)) this.#playItem(line);
    else if (line.type === 'milestone') this.#playSprint(line);
    else if (line.op === 'user') this.#accounts.set(line.user ?? '', line.user_id ?? 0);
    else if (line.op === 'create' && line.type === 'project') this.#createProject(line);
    else if (line.op === 'status_config' && line.action === 'set_closed')
      this.#flags.set(statusKey(RESOURCES[line.resource ?? ''] ?? 'issue', line.id), line.is_closed === true);
    else if (line.op === 'member_add')
      this.members.set(`${line.project} | ${line.user}`, this.#roleName(line.project, line.role ?? ''));
    else if (line.op === 'member_remove') this.members.delete(`${line.project} | ${line.user}`);
    else if (line.op === 'user_cancel')
      for (const member of [...this.members.keys()])
        if (member.endsWith(` | ${line.user}`)) this.members.delete(member);
  }

  /** Whoever creates a project becomes its product owner. */
  #createProject({ project, name, by }: DiaryLine): void {
    this.projects.set(project, name ?? '');
    this.members.set(`${project} | ${by}`, this.#roleName(project, 'product-owner'));
  }

  /** The diary has slugs of roles. */
  #roleName(project: string, slug: string): string {
    return this.present.get(project)?.detail.body.roles.find((role) => role.slug === slug)?.name ?? '';
  }

  #playSprint(line: DiaryLine): void {
    if (line.op === 'create')
      this.sprints.set(line.id, {
        project: line.project,
        name: line.name ?? '',
        slug: this.#slugs.get(`${line.project} ${line.name}`) ?? '',
        start: line.estimated_start ?? '',
        finish: line.estimated_finish ?? '',
        isClosed: false,
      });
    const sprint = this.sprints.get(line.id);
    if (sprint && (line.op === 'close' || line.op === 'reopen')) sprint.isClosed = line.op === 'close';
  }

  #playItem(line: ItemLine): void {
    const key = keyOf(line);
    const at = momentOf(line);
    if (line.op === 'create') {
      this.#create(key, at, line);
      return;
    }
    const item = this.items.get(key);
    if (!item) return;
    if (writesHistory(line)) item.lastActAt = at;
    switch (line.op) {
      case 'delete':
        this.items.delete(key);
        break;
      case 'status':
        this.#move(item, line, at);
        break;
      case 'move_project':
        item.project = line.to_project ?? '';
        item.ref = line.new_ref ?? 0;
        this.#enter(item, line.to_id, at);
        break;
      case 'close':
      case 'reopen':
        item.isClosedItself = line.op === 'close';
        break;
      case 'assign':
        item.assignees = this.#accountsOf(line.to, line.also);
        break;
      case 'due':
        item.due = line.to ?? null;
        break;
      case 'points':
        item.points = line.total ?? null;
        break;
      case 'sprint':
        item.sprint = line.to ?? null;
        break;
      case 'epic_link':
        this.links.push({ epic: `${line.project} | ${line.epic}`, story: key });
        break;
    }
  }

  #move(item: WorkItem, line: ItemLine, at: number): void {
    if (line.silent && this.#telling.deletedStatus === 'left late') {
      this.#unseenMoves.push(line);
      return;
    }
    if (this.#unseenMoves.some(({ id, type }) => id === line.id && type === line.type)) {
      for (const unseen of this.#unseenMoves) {
        const moved = this.items.get(keyOf(unseen));
        if (moved) this.#putInto(moved, unseen.to_id);
      }
      this.#unseenMoves = [];
    }
    this.#enter(item, line.to_id, at);
  }

  #create(key: string, at: number, line: ItemLine): void {
    const source = this.#sourceOf(line);
    const item: WorkItem = {
      kind: line.type,
      id: line.id,
      bornAt: at,
      project: line.project,
      ref: line.ref ?? 0,
      statusKey: '',
      status: NO_STATUS,
      enteredAt: at,
      startedAt: undefined,
      isClosedItself: false,
      assignees: this.#accountsOf(line.assigned),
      due: line.due ?? null,
      points: line.total ?? null,
      sprint: line.milestone ?? null,
      swimlane: line.swimlane ?? '',
      storyRef: line.userstory ?? null,
      lastActAt: at,
    };
    if (source) {
      item.assignees = source.assignees;
      // The issue's own history records that it was promoted.
      source.lastActAt = at;
    }
    const { epicAssignees } = this.records;
    const assignee = line.type === 'epic' ? epicAssignees.get(line.id) : undefined;
    if (assignee !== undefined) item.assignees = [assignee];
    this.items.set(key, item);
    if (line.type === 'userstory') this.#storiesByRef.set(`${line.project} ${line.ref}`, item);
    this.#enter(item, line.status_id, at);
  }

  #accountsOf(...names: readonly (string | null | undefined)[]): number[] {
    return names.flatMap((name) => (name ? [this.#accounts.get(name) ?? Number.NaN] : []));
  }

  /** The issue from which a story was made: the story takes over its assignees. */
  #sourceOf({ project, promoted_from: from }: ItemLine): WorkItem | undefined {
    if (from?.type !== 'issue') return undefined;
    return [...this.items.values()].find(
      (item) => item.kind === 'issue' && item.project === project && item.ref === from.ref,
    );
  }

  #enter(item: WorkItem, statusId: number | undefined, at: number): void {
    this.#putInto(item, statusId);
    item.enteredAt = at;
    if (isInProgress(item)) item.startedAt ??= at;
  }

  #putInto(item: WorkItem, statusId: number | undefined): void {
    item.statusKey = statusKey(item.kind, statusId);
    item.status = this.#statuses.get(item.statusKey) ?? NO_STATUS;
  }
}

/** A replay of the diary. */
export class WorkReplay {
  readonly work: TrueWork;
  readonly #diary: readonly DiaryLine[];
  #lines = 0;
  #quietActs = 0;

  constructor(diary: readonly DiaryLine[], records: TaigaRecords, telling: Telling = WHAT_WAS) {
    this.#diary = diary;
    this.work = new TrueWork(diary, records, telling);
  }

  /** Continues to a moment that is not before the last one. */
  at(moment: number): TrueWork {
    const { work } = this;
    const { quietActs } = work.records;
    for (; this.#lines < this.#diary.length; this.#lines++) {
      const line = this.#diary[this.#lines];
      if (!line || momentOf(line) > moment) break;
      work.play(line);
    }
    for (; this.#quietActs < quietActs.length; this.#quietActs++) {
      const next = quietActs[this.#quietActs];
      if (!next || next.at > moment) break;
      const item = work.items.get(next.item);
      if (item) item.lastActAt = Math.max(item.lastActAt, next.at);
    }
    return work;
  }
}

/** Operations on an item that leave no row in its own history. */
const WITHOUT_HISTORY = ['vote', 'watch', 'epic_link', 'comment_edit', 'comment_delete'];

function writesHistory({ op, silent, derived }: ItemLine): boolean {
  return !silent && !derived && !WITHOUT_HISTORY.includes(op);
}

function statusesToday(diary: readonly DiaryLine[]): Map<string, StatusToday> {
  const flags = firstFlags(diary);
  for (const line of diary)
    if (line.op === 'status_config' && line.action === 'set_closed')
      flags.set(statusKey(RESOURCES[line.resource ?? ''] ?? 'issue', line.id), line.is_closed === true);
  return new Map(
    [...finalNames(diary)].map(([key, name]) => {
      const isClosed = flags.get(key) === true;
      return [key, { name, isClosed, stage: defaultStage(name, isClosed) }];
    }),
  );
}
