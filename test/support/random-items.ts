import fc from 'fast-check';
import type { TestPostgres } from './postgres.js';
import { type Kind, TaigaBuilder } from './taiga-builder.js';

/** An item's state, as far as a naive replay needs it. */
export interface State {
  readonly status: number;
  readonly blocked: boolean;
  readonly type: number;
  readonly severity: number;
  readonly points: number;
  readonly sprint: number | null;
  readonly lane: number | null;
  /** More than one only for stories. */
  readonly assignees: readonly number[];
  /** Days after the beginning of the past; epics have no due date. */
  readonly due: number | null;
}

export interface RandomItem {
  readonly kind: Kind;
  readonly id: number;
  readonly key: string;
  readonly born: number;
  readonly died: number | undefined;
  /** In order of time, possibly several at one moment; the first is the creation. */
  readonly states: readonly { readonly at: number; readonly state: State }[];
}

/** The columns of every board; a name that ends with `*` is closed. */
export const BOARD = ['New', 'Ready', 'In progress', 'Ready for test', 'Done*', 'Rejected*'] as const;
export const TYPES = ['Bug', 'Question', 'Wish'] as const;
export const SEVERITIES = ['Minor', 'Normal'] as const;
/** null: not estimated. */
export const POINTS = [null, 0, 0.5, 1, 2.5, 13] as const;
export const SPRINTS = ['sprint-1', 'sprint-2'] as const;
export const LANES = ['Standard', 'Expedite'] as const;
export const PEOPLE = ['Ann', 'Bob', 'Eve'] as const;
const KINDS: readonly Kind[] = ['epic', 'userstory', 'task', 'issue'];

export const PAST_START = Date.parse('2026-02-01T00:00:00Z');
export const PAST_NOW = '2026-03-15T12:00:00Z';
const DAY = 86_400_000;

export const dueDay = (due: number): string => new Date(PAST_START + due * DAY).toISOString().slice(0, 10);

export const nameOf = (status: number): string => (BOARD[status] ?? '').replace('*', '');
export const isClosed = (status: number): boolean => (BOARD[status] ?? '').endsWith('*');

const MODELS: Readonly<Record<Kind, string>> = {
  epic: 'epics.epic',
  userstory: 'userstories.userstory',
  task: 'tasks.task',
  issue: 'issues.issue',
};

/** Items with arbitrary histories. */
export function arbitraryItems(): fc.Arbitrary<RandomItem[]> {
  const state = fc.record({
    status: fc.nat(BOARD.length - 1),
    blocked: fc.boolean(),
    type: fc.nat(TYPES.length - 1),
    severity: fc.nat(SEVERITIES.length - 1),
    points: fc.nat(POINTS.length - 1),
    sprint: fc.option(fc.nat(SPRINTS.length - 1)),
    lane: fc.option(fc.nat(LANES.length - 1)),
    assignees: fc.oneof(fc.constant([]), fc.uniqueArray(fc.nat(PEOPLE.length - 1), { maxLength: 2 })),
    due: fc.option(fc.nat(50)),
  });
  const step = fc.record({
    // Changes at the same moment are as likely as days between them.
    pause: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1000, max: 9 * DAY }),
    ),
    change: fc.oneof(
      state.map(({ status }) => ({ status })),
      state.map(({ blocked }) => ({ blocked })),
      state.map(({ type, severity }) => ({ type, severity })),
      state.map(({ points, sprint, lane }) => ({ points, sprint, lane })),
      state.map(({ assignees, due }) => ({ assignees, due })),
      // Only a comment.
      fc.constant({}),
      state,
    ),
  });
  const item = fc.record({
    kind: fc.constantFrom(...KINDS),
    born: fc.integer({ min: PAST_START, max: PAST_START + 30 * DAY }),
    first: state,
    steps: fc.array(step, { maxLength: 12 }),
    livesFor: fc.option(fc.integer({ min: 1, max: 20 * DAY })),
  });
  return fc.array(item, { minLength: 40, maxLength: 120 }).map((drafts) =>
    drafts.map(({ kind, born, first, steps, livesFor }, i) => {
      const fitting = (state: State): State => ({
        ...state,
        assignees: kind === 'userstory' ? state.assignees : state.assignees.slice(0, 1),
        due: kind === 'epic' ? null : state.due,
      });
      const states = [{ at: born, state: fitting(first) }];
      for (const { pause, change } of steps) {
        const before = states.at(-1) ?? { at: born, state: first };
        const at = before.at + pause;
        if (at <= Date.parse(PAST_NOW)) states.push({ at, state: fitting({ ...before.state, ...change }) });
      }
      const died = livesFor === null ? undefined : (states.at(-1)?.at ?? born) + livesFor;
      const isOver = died !== undefined && died <= Date.parse(PAST_NOW);
      return {
        kind,
        id: i + 1,
        key: `${MODELS[kind]}:${i + 1}`,
        born,
        died: isOver ? died : undefined,
        states,
      };
    }),
  );
}

/** Fills a database with these items and their history, as Taiga would write it. */
export async function loadItems(server: TestPostgres, items: readonly RandomItem[]): Promise<void> {
  const taiga = new TaigaBuilder(PAST_NOW);
  const project = taiga.addProject('shop', {
    created: 365,
    statuses: Object.fromEntries(KINDS.map((kind) => [kind, BOARD])),
  });
  const role = project.addRole('Dev');
  const named = (table: string, name: string, row: object = {}): number =>
    taiga.add(table, { name, project_id: project.id, ...row });
  const ids = {
    types: TYPES.map((name) => named('projects_issuetype', name)),
    severities: SEVERITIES.map((name) => named('projects_severity', name)),
    points: POINTS.map((value) => named('projects_points', String(value ?? '?'), { value })),
    lanes: LANES.map((name) => named('projects_swimlane', name)),
    people: PEOPLE.map((name) => taiga.addUser(name.toLowerCase(), name).id),
    sprints: SPRINTS.map((slug) => project.addSprint(slug, slug, '2026-02-01', '2026-02-14').id),
  };
  let serial = 0;
  for (const item of items) {
    const { kind, id, key, states } = item;
    let finished: number | null = null;
    /** The fields that history records for such an item. */
    const fieldsOf = ({
      status,
      blocked,
      type,
      severity,
      points,
      sprint,
      lane,
      assignees,
      due,
    }: State): Record<string, unknown> => ({
      ref: id,
      status: project.statusId(kind, nameOf(status)),
      is_blocked: blocked,
      ...(kind === 'issue' && { type: ids.types[type], severity: ids.severities[severity] }),
      ...(kind !== 'epic' && { due_date: due === null ? null : dueDay(due) }),
      ...(kind !== 'userstory' && { assigned_to: ids.people[assignees[0] ?? -1] ?? null }),
      ...(kind === 'task' && { milestone: sprint === null ? null : ids.sprints[sprint], user_story: null }),
      ...(kind === 'userstory' && {
        is_closed: isClosed(status),
        milestone: sprint === null ? null : ids.sprints[sprint],
        points: { [role]: ids.points[points] },
        swimlane: lane === null ? null : ids.lanes[lane],
        assigned_users: assignees.map((person) => ids.people[person]),
      }),
    });
    const write = (at: number, type: 1 | 2 | 3, fields: Record<string, unknown>): void => {
      serial += 1;
      taiga.add('history_historyentry', {
        id: `00000000-0000-11f0-8000-${String(serial).padStart(12, '0')}`,
        key,
        created_at: new Date(at).toISOString(),
        type,
        diff: type === 1 ? fields : {},
        snapshot: type === 1 ? null : fields,
        values: {},
        comment: '',
        project_id: project.id,
      });
    };
    for (const [i, { at, state }] of states.entries()) {
      const before = states[i - 1]?.state;
      const fields = fieldsOf(state);
      if (!isClosed(state.status)) finished = null;
      else finished ??= at;
      if (!before) {
        write(at, 2, fields);
        continue;
      }
      const old = fieldsOf(before);
      const diff = Object.fromEntries(
        Object.entries(fields)
          .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]))
          .map(([name, value]) => [name, [old[name], value]]),
      );
      write(at, 1, diff);
    }
    const last = states.at(-1)?.state;
    if (!last) continue;
    if (item.died !== undefined) {
      write(item.died, 3, fieldsOf(last));
      continue;
    }
    const finishedAt = finished === null ? null : new Date(finished).toISOString();
    const row = {
      id,
      ref: id,
      subject: key,
      project_id: project.id,
      status_id: project.statusId(kind, nameOf(last.status)),
      created_date: new Date(item.born).toISOString(),
      modified_date: new Date(item.born).toISOString(),
      is_blocked: last.blocked,
      assigned_to_id: ids.people[last.assignees[0] ?? -1] ?? null,
      ...(kind !== 'epic' && { due_date: last.due === null ? null : dueDay(last.due) }),
    };
    const milestone = last.sprint === null ? null : ids.sprints[last.sprint];
    if (kind === 'epic') taiga.add('epics_epic', row);
    if (kind === 'task')
      taiga.add('tasks_task', { ...row, finished_date: finishedAt, milestone_id: milestone });
    if (kind === 'issue')
      taiga.add('issues_issue', {
        ...row,
        finished_date: finishedAt,
        type_id: ids.types[last.type],
        severity_id: ids.severities[last.severity],
      });
    if (kind !== 'userstory') continue;
    taiga.add('userstories_userstory', {
      ...row,
      is_closed: isClosed(last.status),
      finish_date: finishedAt,
      milestone_id: milestone,
      swimlane_id: last.lane === null ? null : ids.lanes[last.lane],
    });
    for (const person of last.assignees)
      taiga.add('userstories_userstory_assigned_users', { userstory_id: id, user_id: ids.people[person] });
    taiga.add('userstories_rolepoints', {
      user_story_id: id,
      role_id: role,
      points_id: ids.points[last.points],
    });
  }
  await taiga.load(server);
}
