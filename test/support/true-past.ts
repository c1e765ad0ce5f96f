import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readApiStats } from './ground-truth.js';
import { add, rounded, type Table } from './samples.js';
import type { Kind } from './taiga-builder.js';

/*
 * Replays the diary that the sample's simulation wrote of its year, naively and line by line. It shares nothing with the
 * product's SQL.
 */

export interface DiaryLine {
  readonly t: string;
  readonly op: string;
  readonly project: string;
  readonly type?: string;
  readonly id: number;
  readonly ref?: number;
  readonly by?: string;
  readonly status?: string;
  readonly status_id?: number;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly from_id?: number;
  readonly to_id?: number;
  readonly from_closed?: boolean;
  readonly to_closed?: boolean;
  readonly via?: string;
  readonly silent?: boolean;
  readonly total?: number | null;
  readonly milestone?: string | null;
  readonly issue_type?: string;
  readonly severity?: string;
  readonly priority?: string;
  readonly to_project?: string;
  readonly promoted_from?: { readonly type: string; readonly ref: number } | null;
  readonly action?: string;
  readonly resource?: string;
  readonly name?: string;
  readonly is_closed?: boolean;
  readonly estimated_start?: string;
  readonly estimated_finish?: string;
  readonly assigned?: string | null;
  readonly also?: string | null;
  readonly due?: string | null;
  readonly swimlane?: string | null;
  /** For a task: the number of its story. */
  readonly userstory?: number | null;
  readonly epic?: number;
  readonly new_ref?: number;
  readonly derived?: boolean;
  readonly user?: string;
  readonly user_id?: number;
  readonly role?: string;
}

export interface ItemLine extends DiaryLine {
  readonly type: Kind;
}

export function readDiary(): DiaryLine[] {
  const file = fileURLToPath(new URL('../../../shared/taiga/ground-truth.jsonl.gz', import.meta.url));
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as DiaryLine);
}

export function isItemLine(line: DiaryLine): line is ItemLine {
  return ['epic', 'userstory', 'task', 'issue'].includes(line.type ?? '') && typeof line.id === 'number';
}

/** Milliseconds, with microseconds as decimals. */
export const momentOf = ({ t }: DiaryLine): number =>
  Date.parse(`${t.slice(0, 19)}Z`) + Number(t.slice(20, -1)) / 1000;
export const keyOf = (line: ItemLine): string => `${line.type} ${line.id}`;
export const statusKey = (kind: Kind, id: number | undefined): string => `${kind} ${id}`;

export const RESOURCES: Readonly<Record<string, Kind>> = {
  'epic-statuses': 'epic',
  'userstory-statuses': 'userstory',
  'task-statuses': 'task',
  'issue-statuses': 'issue',
};

/** Slugs of sprints by project and name, as the diary has the names. */
export function sprintSlugs(): ReadonlyMap<string, string> {
  return new Map(
    readApiStats().flatMap(({ slug, milestones }) =>
      milestones.map((sprint): [string, string] => [`${slug} ${sprint.name}`, sprint.slug]),
    ),
  );
}

/** Gauges at one moment. */
export interface TrueGauges {
  readonly items: Table;
  readonly points: Table;
  readonly blocked: Table;
  readonly sprintPoints: Table;
  readonly sprintStories: Table;
  readonly issues: Table;
}

interface State {
  project: string;
  statusId: number | undefined;
  isClosed: boolean;
  isBlocked: boolean;
  points: number | null;
  sprint: string | null;
  issueType: string;
  severity: string;
  priority: string;
}

export interface ReplayOptions {
  /** What the records can still tell about an issue's priority. */
  readonly priority: (project: string, name: string, ref: number) => string;
}

/** The gauges at these moments, which must ascend, with the names that statuses have at the end. */
export function replayGauges(
  diary: readonly DiaryLine[],
  moments: readonly number[],
  { priority }: ReplayOptions,
): TrueGauges[] {
  const names = finalNames(diary);
  const slugs = sprintSlugs();
  /** For the other kinds than stories. */
  const flags = firstFlags(diary);
  const items = new Map<string, { kind: Kind; state: State }>();
  let position = 0;
  return moments.map((moment) => {
    for (; position < diary.length; position++) {
      const line = diary[position];
      if (!line || momentOf(line) > moment) break;
      if (line.op === 'status_config' && line.action === 'set_closed')
        flags.set(statusKey(RESOURCES[line.resource ?? ''] ?? 'issue', line.id), line.is_closed === true);
      if (isItemLine(line)) play(items, line, priority);
    }
    return gaugesOf(items, names, flags, slugs);
  });
}

/** The names of statuses at the end; for deleted ones their last names. */
export function finalNames(diary: readonly DiaryLine[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of diary) {
    if (isItemLine(line) && line.op === 'create')
      names.set(statusKey(line.type, line.status_id), line.status ?? '');
    if (isItemLine(line) && line.op === 'status') {
      names.set(statusKey(line.type, line.from_id), line.from ?? '');
      names.set(statusKey(line.type, line.to_id), line.to ?? '');
    }
  }
  for (const line of diary) {
    const kind = RESOURCES[line.resource ?? ''];
    if (line.op === 'status_config' && line.action === 'rename' && kind)
      names.set(statusKey(kind, line.id), line.to ?? '');
  }
  return names;
}

/** Whether statuses were closed when they were first used. */
export function firstFlags(diary: readonly DiaryLine[]): Map<string, boolean> {
  const flags = new Map<string, boolean>();
  const know = (key: string, isClosed: boolean | undefined): void => {
    if (!flags.has(key)) flags.set(key, isClosed === true);
  };
  for (const line of diary) {
    if (!isItemLine(line)) continue;
    if (line.op === 'create') know(statusKey(line.type, line.status_id), false);
    if (line.op !== 'status') continue;
    know(statusKey(line.type, line.from_id), line.from_closed);
    know(statusKey(line.type, line.to_id), line.to_closed);
  }
  return flags;
}

function play(
  items: Map<string, { kind: Kind; state: State }>,
  line: ItemLine,
  priority: ReplayOptions['priority'],
): void {
  const key = keyOf(line);
  if (line.op === 'create') {
    const state: State = {
      project: line.project,
      statusId: line.status_id,
      isClosed: false,
      isBlocked: false,
      points: line.total ?? null,
      sprint: line.milestone ?? null,
      issueType: line.issue_type ?? '',
      severity: line.severity ?? '',
      priority: priority(line.project, line.priority ?? '', line.ref ?? 0),
    };
    items.set(key, { kind: line.type, state });
    return;
  }
  const state = items.get(key)?.state;
  if (!state) return;
  switch (line.op) {
    case 'delete':
      items.delete(key);
      break;
    case 'status':
      state.statusId = line.to_id;
      break;
    case 'close':
    case 'reopen':
      state.isClosed = line.op === 'close';
      break;
    case 'block':
    case 'unblock':
      state.isBlocked = line.op === 'block';
      break;
    case 'points':
      state.points = line.total ?? null;
      break;
    case 'sprint':
      state.sprint = line.to ?? null;
      break;
    case 'issue_type':
      state.issueType = line.to ?? '';
      break;
    case 'severity':
      state.severity = line.to ?? '';
      break;
    case 'priority':
      state.priority = priority(line.project, line.to ?? '', line.ref ?? 0);
      break;
    case 'move_project':
      state.project = line.to_project ?? '';
      state.statusId = line.to_id;
      break;
  }
}

function gaugesOf(
  items: ReadonlyMap<string, { kind: Kind; state: State }>,
  names: ReadonlyMap<string, string>,
  flags: ReadonlyMap<string, boolean>,
  slugs: ReadonlyMap<string, string>,
): TrueGauges {
  const gauges: TrueGauges = {
    items: {},
    points: {},
    blocked: {},
    sprintPoints: {},
    sprintStories: {},
    issues: {},
  };
  for (const { kind, state } of items.values()) {
    const { project } = state;
    const key = statusKey(kind, state.statusId);
    const status = names.get(key) ?? '';
    const isClosed = kind === 'userstory' ? state.isClosed : flags.get(key) === true;
    add(gauges.items, `${project} | ${kind} | ${status}`);
    if (state.isBlocked && !isClosed) add(gauges.blocked, `${project} | ${kind}`);
    if (kind === 'issue')
      add(gauges.issues, [project, status, state.issueType, state.severity, state.priority].join(' | '));
    if (kind !== 'userstory') continue;
    add(gauges.points, `${project} | ${status} | ${isClosed}`, state.points ?? 0);
    if (state.sprint === null) continue;
    const cell = `${project} | ${slugs.get(`${project} ${state.sprint}`)} | ${isClosed}`;
    add(gauges.sprintPoints, cell, state.points ?? 0);
    add(gauges.sprintStories, cell);
  }
  return {
    items: rounded(gauges.items),
    points: rounded(gauges.points),
    blocked: rounded(gauges.blocked),
    sprintPoints: rounded(gauges.sprintPoints),
    sprintStories: rounded(gauges.sprintStories),
    issues: rounded(gauges.issues),
  };
}

/** One addition to a counter or a histogram. */
export interface TrueEvent {
  readonly at: number;
  /** `userstory 12` */
  readonly item: string;
  /** The counter's labels, joined by ` | `. */
  readonly labels: string;
  /** The number to count, or the seconds that it took. */
  readonly amount: number;
}

export type EventName =
  | 'created'
  | 'started'
  | 'closed'
  | 'discarded'
  | 'withinSle'
  | 'closedPoints'
  | 'issuesCreated'
  | 'issuesClosed'
  | 'issueLeadTime'
  | 'reopened'
  | 'deleted'
  | 'moves'
  | 'movedPoints'
  | 'statusTime'
  | 'leadTime'
  | 'cycleTime'
  | 'comments'
  | 'firstResponse'
  | 'blockedTime'
  | 'sprintScope';

export type TrueEvents = Readonly<Record<EventName, TrueEvent[]>>;

export interface EventOptions {
  /** How the records tell a move: differently from what it was, or (undefined) not at all. */
  readonly told: (line: ItemLine, isFirstOfPromoted: boolean) => { from: string; since?: number } | undefined;
}

/** All events in order of time. */
export function replayEvents(diary: readonly DiaryLine[], { told }: EventOptions): TrueEvents {
  const events: TrueEvents = {
    created: [],
    started: [],
    closed: [],
    discarded: [],
    withinSle: [],
    closedPoints: [],
    issuesCreated: [],
    issuesClosed: [],
    issueLeadTime: [],
    reopened: [],
    deleted: [],
    moves: [],
    movedPoints: [],
    statusTime: [],
    leadTime: [],
    cycleTime: [],
    comments: [],
    firstResponse: [],
    blockedTime: [],
    sprintScope: [],
  };
  const pointsOf = estimates(diary);
  const traitsOf = issueTraits(diary);
  const born = new Map<string, number>();
  const started = new Map<string, number>();
  const entered = new Map<string, number>();
  const unmoved = new Set<string>();
  const stages = new Map<string, string>();
  const note = (name: EventName, line: ItemLine, labels: string, amount = 1): void => {
    events[name].push({ at: momentOf(line), item: keyOf(line), labels, amount });
  };
  const close = (line: ItemLine, labels: string): void => {
    const key = keyOf(line);
    const at = momentOf(line);
    const leadTime = (at - (born.get(key) ?? at)) / 1000;
    note('closed', line, labels);
    note('leadTime', line, labels, leadTime);
    if (stages.get(key) === 'discarded') note('discarded', line, labels);
    if (line.type === 'userstory') note('closedPoints', line, line.project, pointsOf(line.id, at) ?? 0);
    if (line.type === 'issue') {
      const traits = `${line.project} | ${traitsOf(line.id, at)}`;
      note('issuesClosed', line, traits);
      note('issueLeadTime', line, traits, leadTime);
    }
    const start = started.get(key);
    if (start === undefined) return;
    const cycleTime = (at - start) / 1000;
    note('cycleTime', line, labels, cycleTime);
    if (cycleTime <= (DEFAULT_SLE_S[line.type] ?? 0)) note('withinSle', line, labels);
  };

  for (const line of diary) {
    if (!isItemLine(line)) continue;
    const key = keyOf(line);
    const at = momentOf(line);
    const labels = `${line.project} | ${line.type}`;
    switch (line.op) {
      case 'create':
        note('created', line, labels);
        born.set(key, at);
        entered.set(key, at);
        if (line.type === 'issue') note('issuesCreated', line, `${line.project} | ${traitsOf(line.id, at)}`);
        if (line.promoted_from) unmoved.add(key);
        break;
      case 'delete':
        note('deleted', line, labels);
        break;
      case 'comment':
        note('comments', line, labels);
        break;
      case 'close':
        close(line, labels);
        break;
      case 'reopen':
        note('reopened', line, labels);
        break;
      case 'move_project':
        entered.set(key, at);
        break;
      case 'status': {
        const stage = stageOf(line);
        stages.set(key, stage);
        if ((stage === 'active' || stage === 'waiting') && !started.has(key)) {
          started.set(key, at);
          note('started', line, labels);
        }
        const record = told(line, unmoved.delete(key));
        if (record) {
          const move = `${labels} | ${record.from} | ${line.to}`;
          note('moves', line, move);
          if (line.type === 'userstory') note('movedPoints', line, move, pointsOf(line.id, at) ?? 0);
          const since = record.since ?? entered.get(key) ?? at;
          note('statusTime', line, `${labels} | ${record.from}`, (at - since) / 1000);
        }
        entered.set(key, at);
        // Epics have no lines of their own for it.
        if (line.type === 'epic' && line.to_closed !== line.from_closed) {
          if (line.to_closed) close(line, labels);
          else note('reopened', line, labels);
        }
        break;
      }
    }
  }
  replayResponses(diary, events);
  replayBlocking(diary, events);
  replayScope(diary, events);
  for (const list of Object.values(events)) list.sort((a, b) => a.at - b.at);
  return events;
}

/** The default service levels. */
const DEFAULT_SLE_S: Readonly<Partial<Record<Kind, number>>> = {
  userstory: 14 * 86_400,
  task: 7 * 86_400,
  issue: 14 * 86_400,
};

/** The default stage of a status (docs/configuration.md), with its name at that moment. */
function stageOf({ to, to_closed: isClosed }: ItemLine): string {
  return defaultStage(to ?? '', isClosed === true);
}

export function defaultStage(status: string, isClosed: boolean): string {
  const name = status.toLowerCase();
  if (isClosed)
    return /^(rejected|won't ?fix|duplicated?|postponed|invalid|cancell?ed|discarded)$/.test(name)
      ? 'discarded'
      : 'done';
  if (name === 'new' || name === 'neu\ttab') return 'backlog';
  if (name === 'ready') return 'ready';
  return /^(blocked|needs info|ready for (test|review)|on hold|waiting)/.test(name) ? 'waiting' : 'active';
}

/** One request can change points and status, so a move has the story's points after it. */
function estimates(diary: readonly DiaryLine[]): (id: number, at: number) => number | null {
  const byStory = new Map<number, { at: number; total: number | null }[]>();
  for (const line of diary) {
    if (line.type !== 'userstory' || (line.op !== 'create' && line.op !== 'points')) continue;
    const known = byStory.get(line.id) ?? [];
    byStory.set(line.id, known);
    known.push({ at: momentOf(line), total: line.total ?? null });
  }
  return (id, at) => byStory.get(id)?.findLast((estimate) => estimate.at <= at)?.total ?? null;
}

/** Type and severity of an issue at a moment, joined by ` | `: one request can change them and close it. */
export function issueTraits(diary: readonly DiaryLine[]): (id: number, at: number) => string {
  const byIssue = new Map<number, { at: number; type: string; severity: string }[]>();
  for (const line of diary) {
    if (line.type !== 'issue' || !['create', 'issue_type', 'severity'].includes(line.op)) continue;
    const known = byIssue.get(line.id) ?? [];
    byIssue.set(line.id, known);
    const before = known.at(-1);
    known.push({
      at: momentOf(line),
      type: (line.op === 'issue_type' ? line.to : (before?.type ?? line.issue_type)) ?? '',
      severity: (line.op === 'severity' ? line.to : (before?.severity ?? line.severity)) ?? '',
    });
  }
  return (id, at) => {
    const traits = byIssue.get(id)?.findLast((each) => each.at <= at);
    return `${traits?.type} | ${traits?.severity}`;
  };
}

const ACTS = [
  ...['status', 'assign', 'comment', 'due', 'custom', 'attach', 'severity', 'priority', 'issue_type'],
  ...['block', 'unblock', 'sprint', 'move_project'],
];

/** The first act on an issue by somebody other than its creator; promoting it to a story counts, too. */
function replayResponses(diary: readonly DiaryLine[], events: TrueEvents): void {
  const born = new Map<string, ItemLine>();
  const answered = new Set<string>();
  const respond = (key: string, line: ItemLine): void => {
    const birth = born.get(key);
    if (!birth || answered.has(key) || line.by === birth.by) return;
    answered.add(key);
    const at = momentOf(line);
    const amount = (at - momentOf(birth)) / 1000;
    events.firstResponse.push({ at, item: key, labels: line.project, amount });
  };
  for (const line of diary) {
    if (!isItemLine(line)) continue;
    if (line.type === 'issue' && line.op === 'create') born.set(keyOf(line), line);
    if (line.type === 'issue' && ACTS.includes(line.op) && !line.silent) respond(keyOf(line), line);
    const source = line.op === 'create' ? line.promoted_from : undefined;
    if (source?.type !== 'issue') continue;
    for (const [key, birth] of born)
      if (birth.project === line.project && birth.ref === source.ref) respond(key, line);
  }
}

/** From being blocked, or reopened while blocked, to being unblocked or closed. */
function replayBlocking(diary: readonly DiaryLine[], events: TrueEvents): void {
  const states = new Map<string, { blocked: boolean; closed: boolean; since: number | undefined }>();
  for (const line of diary) {
    if (!isItemLine(line)) continue;
    const state = states.get(keyOf(line)) ?? { blocked: false, closed: false, since: undefined };
    states.set(keyOf(line), state);
    if (line.op === 'block' || line.op === 'unblock') state.blocked = line.op === 'block';
    if (line.op === 'close' || line.op === 'reopen') state.closed = line.op === 'close';
    const at = momentOf(line);
    const hindered = state.blocked && !state.closed;
    if (hindered) state.since ??= at;
    else if (state.since !== undefined) {
      const labels = `${line.project} | ${line.type}`;
      events.blockedTime.push({ at, item: keyOf(line), labels, amount: (at - state.since) / 1000 });
      state.since = undefined;
    }
  }
}

/** Points that entered or left a sprint after its first day and up to its last, request by request. */
function replayScope(diary: readonly DiaryLine[], events: TrueEvents): void {
  const slugs = sprintSlugs();
  const plans = new Map<string, { start: string; finish: string }>();
  const current = new Map<number, { sprint: string | null; points: number }>();
  const requests = new Map<string, ItemLine[]>();
  for (const line of diary) {
    if (line.type === 'milestone' && line.op === 'create')
      plans.set(`${line.project} ${line.name}`, {
        start: line.estimated_start ?? '',
        finish: line.estimated_finish ?? '',
      });
    if (!isItemLine(line) || line.type !== 'userstory') continue;
    if (!['create', 'points', 'sprint', 'delete'].includes(line.op)) continue;
    const request = `${line.t} ${line.id}`;
    requests.set(request, [...(requests.get(request) ?? []), line]);
  }
  for (const lines of requests.values()) {
    const [first] = lines;
    if (!first) continue;
    const before = current.get(first.id) ?? { sprint: null, points: 0 };
    const after = { ...before };
    for (const line of lines) {
      if (line.op === 'create' || line.op === 'points') after.points = line.total ?? 0;
      if (line.op === 'create') after.sprint = line.milestone ?? null;
      if (line.op === 'sprint') after.sprint = line.to ?? null;
      if (line.op === 'delete') after.sprint = null;
    }
    current.set(first.id, after);
    const change: Table = {};
    if (before.sprint !== null) add(change, before.sprint, -before.points);
    if (after.sprint !== null) add(change, after.sprint, after.points);
    const day = first.t.slice(0, 10);
    for (const [sprint, points] of Object.entries(rounded(change))) {
      const plan = plans.get(`${first.project} ${sprint}`);
      if (!plan || day <= plan.start || day > plan.finish) continue;
      events.sprintScope.push({
        at: momentOf(first),
        item: keyOf(first),
        labels: [
          first.project,
          slugs.get(`${first.project} ${sprint}`),
          points > 0 ? 'added' : 'removed',
        ].join(' | '),
        amount: Math.abs(points),
      });
    }
  }
}

/** The sums of the events up to a moment, by labels. */
export function totals(events: readonly TrueEvent[], until = Number.POSITIVE_INFINITY): Table {
  const table: Table = {};
  for (const { at, labels, amount } of events) if (at <= until) add(table, labels, amount);
  return rounded(table);
}

export function counts(events: readonly TrueEvent[], until = Number.POSITIVE_INFINITY): Table {
  const table: Table = {};
  for (const { at, labels } of events) if (at <= until) add(table, labels);
  return table;
}
