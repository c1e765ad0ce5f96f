import {
  dueDay,
  isClosed,
  LANES,
  nameOf,
  PEOPLE,
  POINTS,
  type RandomItem,
  SEVERITIES,
  SPRINTS,
  type State,
  TYPES,
} from './random-items.js';
import { add, rounded, type Table } from './samples.js';
import type { Age } from './true-ages.js';

/*
 * The gauges at a moment of a random history, computed naively from the last state of each existing item and the states
 * before it.
 */

/** A metric, the labels by which it is summed, and the expected sums. */
export type Gauge = readonly [metric: string, labels: readonly string[], table: Table];

const DAY_MS = 86_400_000;
const STALE_AFTER_MS = 14 * DAY_MS;
const DUE_SOON_MS = 2 * DAY_MS;

const STAGES: Readonly<Record<string, string>> = {
  New: 'backlog',
  Ready: 'ready',
  'In progress': 'active',
  'Ready for test': 'waiting',
  Done: 'done',
  Rejected: 'discarded',
};

/** Moments at which some items just begin to count, or cease to: to the millisecond. */
export function edgesOf(items: readonly RandomItem[]): number[] {
  return items.slice(0, 5).flatMap(({ born, states }) => {
    const at = states.at(-1)?.at ?? born;
    const due = states.at(-1)?.state.due;
    const days = typeof due === 'number' ? [Date.parse(dueDay(due))] : [];
    return [
      ...[born, at, at + STALE_AFTER_MS],
      ...days.flatMap((day) => [day - DUE_SOON_MS, day + DAY_MS]),
    ].flatMap((edge) => [edge - 1, edge, edge + 1]);
  });
}

interface Then {
  readonly item: RandomItem;
  /** All states up to then. */
  readonly past: RandomItem['states'];
  readonly state: State;
  readonly status: string;
  readonly stage: string;
  readonly closed: boolean;
}

export function gaugesOf(items: readonly RandomItem[], moment: number): Gauge[] {
  const living = livingAt(items, moment);
  const stories = living.filter(({ item }) => item.kind === 'userstory');
  const inSprint = (kind: string): Then[] =>
    living.filter(({ item, state }) => item.kind === kind && state.sprint !== null);
  const sprintCell = ({ state, closed }: Then): string => `${SPRINTS[state.sprint ?? -1]} | ${closed}`;
  const points = ({ state }: Then): number => POINTS[state.points] ?? 0;
  const open = living.filter(({ closed }) => !closed);
  const today = new Date(moment).toISOString().slice(0, 10);
  const dueOf = ({ state: { due } }: Then): string | undefined => (due === null ? undefined : dueDay(due));
  const kind = ({ item }: Then): string => item.kind;
  const kindAndStage = ({ item, stage }: Then): string => `${item.kind} | ${stage}`;
  return [
    ['taiga_items', ['kind', 'status'], tally(living, ({ item, status }) => `${item.kind} | ${status}`)],
    [
      'taiga_items_blocked',
      ['kind'],
      tally(
        open.filter(({ state }) => state.blocked),
        kind,
      ),
    ],
    [
      'taiga_issues',
      ['status', 'issue_type', 'severity'],
      tally(
        living.filter(({ item }) => item.kind === 'issue'),
        ({ status, state }) => `${status} | ${TYPES[state.type]} | ${SEVERITIES[state.severity]}`,
      ),
    ],
    [
      'taiga_userstory_points',
      ['status', 'closed'],
      tally(stories, ({ status, closed }) => `${status} | ${closed}`, points),
    ],
    ['taiga_sprint_points', ['sprint', 'closed'], tally(inSprint('userstory'), sprintCell, points)],
    ['taiga_sprint_userstories', ['sprint', 'closed'], tally(inSprint('userstory'), sprintCell)],
    ['taiga_sprint_tasks', ['sprint', 'closed'], tally(inSprint('task'), sprintCell)],
    [
      'taiga_items_unassigned',
      ['kind', 'stage'],
      tally(
        open.filter(({ state }) => state.assignees.length === 0),
        kindAndStage,
      ),
    ],
    ['taiga_assigned_items', ['kind', 'stage', 'assignee'], assigned(open)],
    [
      'taiga_items_stale',
      ['kind', 'stage'],
      tally(
        open.filter(({ past }) => (past.at(-1)?.at ?? 0) < moment - STALE_AFTER_MS),
        kindAndStage,
      ),
    ],
    [
      'taiga_items_overdue',
      ['kind'],
      tally(
        open.filter((then) => (dueOf(then) ?? today) < today),
        kind,
      ),
    ],
    [
      'taiga_items_due_soon',
      ['kind'],
      tally(
        open.filter((then) => {
          const due = dueOf(then);
          return due !== undefined && due >= today && Date.parse(due) <= moment + DUE_SOON_MS;
        }),
        kind,
      ),
    ],
    [
      'taiga_userstories_unestimated',
      ['stage'],
      tally(
        stories.filter(({ state }) => POINTS[state.points] === null),
        ({ stage }) => stage,
      ),
    ],
    [
      'taiga_wip_items',
      ['status', 'swimlane'],
      tally(
        stories.filter(isInProgress),
        ({ status, state }) => `${status} | ${state.lane === null ? '' : LANES[state.lane]}`,
      ),
    ],
  ];
}

/** Distributions of ages: the metric, its labels, and the ages. */
export function agesOf(
  items: readonly RandomItem[],
  moment: number,
): (readonly [metric: string, labels: readonly string[], ages: Age[]])[] {
  const open = livingAt(items, moment).filter(({ closed }) => !closed);
  return [
    [
      'taiga_item_age_seconds',
      ['kind', 'stage'],
      open.map(({ item, stage }) => ({ labels: `${item.kind} | ${stage}`, ms: moment - item.born })),
    ],
    [
      'taiga_wip_age_seconds',
      ['kind'],
      open.filter(isInProgress).map(({ item, past }) => {
        const start = past.find(({ state }) => isStageInProgress(STAGES[nameOf(state.status)] ?? ''));
        return { labels: item.kind, ms: moment - (start?.at ?? Number.NaN) };
      }),
    ],
    [
      'taiga_status_age_seconds',
      ['kind', 'status', 'stage'],
      open
        .filter((then) => then.stage === 'ready' || isInProgress(then))
        .map(({ item, past, status, stage }) => {
          const entry = past.findLast(({ state }, i) => state.status !== past[i - 1]?.state.status);
          return { labels: `${item.kind} | ${status} | ${stage}`, ms: moment - (entry?.at ?? Number.NaN) };
        }),
    ],
  ];
}

function livingAt(items: readonly RandomItem[], moment: number): Then[] {
  return items.flatMap((item) => {
    if (moment < item.born || (item.died !== undefined && moment >= item.died)) return [];
    const past = item.states.filter(({ at }) => at <= moment);
    const state = past.at(-1)?.state;
    if (!state) return [];
    const status = nameOf(state.status);
    return [{ item, past, state, status, stage: STAGES[status] ?? '', closed: isClosed(state.status) }];
  });
}

const isStageInProgress = (stage: string): boolean => stage === 'active' || stage === 'waiting';
const isInProgress = ({ stage }: Then): boolean => isStageInProgress(stage);

function assigned(open: readonly Then[]): Table {
  const table: Table = {};
  for (const { item, stage, state } of open)
    for (const person of state.assignees) add(table, `${item.kind} | ${stage} | ${PEOPLE[person]}`);
  return table;
}

function tally(
  living: readonly Then[],
  cellOf: (then: Then) => string,
  worth: (then: Then) => number = () => 1,
): Table {
  const table: Table = {};
  for (const then of living) add(table, cellOf(then), worth(then));
  return rounded(table);
}
