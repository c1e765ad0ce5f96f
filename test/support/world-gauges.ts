import { keyOf } from '../../src/demo/taiga/recorder.js';
import type { EpicRow, IssueRow, StatusRow, StoryRow, TaskRow } from '../../src/demo/taiga/rows.js';
import { add, rounded, type Table } from './samples.js';
import type { TeamWorld } from './team-world.js';

/** A metric, the labels by which it is summed, and the expected sums. */
export type WorldGauge = readonly [metric: string, labels: readonly string[], table: Table];

const TABLES = [
  ['epic', 'epics_epic', 'projects_epicstatus'],
  ['userstory', 'userstories_userstory', 'projects_userstorystatus'],
  ['task', 'tasks_task', 'projects_taskstatus'],
  ['issue', 'issues_issue', 'projects_issuestatus'],
] as const;

type Kind = (typeof TABLES)[number][0];

/** An item at a moment; it refers to named things by id, as the names are those at the end. */
interface Card {
  readonly kind: Kind;
  readonly row: EpicRow | StoryRow | TaskRow | IssueRow;
  readonly project: string;
  readonly status: (world: TeamWorld) => string;
  readonly isClosed: boolean;
  readonly people: ReadonlySet<number>;
  readonly lastActAt: number;
}

const DAY_MS = 86_400_000;
const STALE_AFTER_MS = 14 * DAY_MS;
const DUE_SOON_MS = 2 * DAY_MS;

/** The gauges of a world at this moment, counted from its rows, with the names that things have at the end. */
export function worldGauges(world: TeamWorld): (end: TeamWorld) => WorldGauge[] {
  const { store } = world.taiga;
  const now = Date.parse(world.now);
  const today = world.now.slice(0, 10);
  const cards = cardsOf(world);
  const sprintOf = (card: Card): string | undefined =>
    'milestone_id' in card.row ? store.find('milestones_milestone', card.row.milestone_id)?.slug : undefined;
  const open = cards.filter(({ isClosed }) => !isClosed);
  const stories = cards.filter(({ kind }) => kind === 'userstory');
  const kindOf = ({ project, kind }: Card): string => `${project} | ${kind}`;
  const inSprint = (kind: Kind): Table =>
    tally(
      cards.filter((card) => card.kind === kind && sprintOf(card) !== undefined),
      (card) => `${sprintOf(card)} | ${card.isClosed}`,
    );
  const dueOf = ({ row }: Card): string | null => ('due_date' in row ? row.due_date : null);
  const pointsOf = ({ row }: Card): (number | null)[] =>
    store
      .belongingTo('userstories_rolepoints', row.id)
      .map(({ points_id: id }) => store.find('projects_points', id)?.value ?? null);
  const points = (card: Card): number => pointsOf(card).reduce((sum: number, value) => sum + (value ?? 0), 0);
  const linked = [...store.all('epics_relateduserstory')].flatMap((link) => {
    const story = stories.find(({ row }) => row.id === link.user_story_id);
    const epic = store.get('epics_epic', link.epic_id);
    return story ? [{ ...story, epic: `${projectOf(world, epic)} | ${epic.ref}` }] : [];
  });
  const underEpic = (worth?: (card: Card) => number): Table =>
    tally(linked, ({ epic, isClosed }) => `${epic} | ${isClosed}`, worth);
  const closedSprints: Table = {};
  for (const sprint of store.all('milestones_milestone')) if (sprint.closed) add(closedSprints, sprint.slug);

  const fixed: WorldGauge[] = [
    [
      'taiga_items_blocked',
      ['project', 'kind'],
      tally(
        open.filter(({ row }) => row.is_blocked),
        kindOf,
      ),
    ],
    ['taiga_userstory_points', ['closed'], tally(stories, ({ isClosed }) => String(isClosed), points)],
    ['taiga_sprint_userstories', ['sprint', 'closed'], inSprint('userstory')],
    ['taiga_sprint_tasks', ['sprint', 'closed'], inSprint('task')],
    ['taiga_sprint_closed', ['sprint'], closedSprints],
    ['taiga_epic_userstories', ['project', 'epic', 'closed'], underEpic()],
    ['taiga_epic_points', ['project', 'epic', 'closed'], underEpic(points)],
    [
      'taiga_items_unassigned',
      ['project', 'kind'],
      tally(
        open.filter(({ people }) => people.size === 0),
        kindOf,
      ),
    ],
    [
      'taiga_userstories_unestimated',
      ['project'],
      tally(
        stories.filter((story) => pointsOf(story).every((value) => value === null)),
        ({ project }) => project,
      ),
    ],
    [
      'taiga_items_stale',
      ['project', 'kind'],
      tally(
        open.filter(({ lastActAt }) => lastActAt < now - STALE_AFTER_MS),
        kindOf,
      ),
    ],
    [
      'taiga_items_overdue',
      ['project', 'kind'],
      tally(
        open.filter((card) => (dueOf(card) ?? today) < today),
        kindOf,
      ),
    ],
    [
      'taiga_items_due_soon',
      ['project', 'kind'],
      tally(
        open.filter((card) => {
          const due = dueOf(card);
          return due !== null && due >= today && Date.parse(due) <= now + DUE_SOON_MS;
        }),
        kindOf,
      ),
    ],
  ];
  return (end) => [
    ...fixed,
    [
      'taiga_items',
      ['project', 'kind', 'status'],
      tally(cards, (card) => `${kindOf(card)} | ${card.status(end)}`),
    ],
    [
      'taiga_wip_items',
      ['project', 'status'],
      tally(
        stories.filter((story) => /^(In progress|Ready for test)/.test(story.status(end))),
        (story) => `${story.project} | ${story.status(end)}`,
      ),
    ],
    ['taiga_assigned_items', ['project', 'kind', 'assignee'], assigned(open, end)],
  ];
}

function cardsOf(world: TeamWorld): Card[] {
  const { store } = world.taiga;
  const lastActs = world.lastActs();
  return TABLES.flatMap(([kind, table, statuses]) =>
    [...store.all(table)].map((row): Card => {
      const statusId = row.status_id;
      const status = store.find(statuses, statusId) as StatusRow | undefined;
      const people = new Set(row.assigned_to_id === null ? [] : [row.assigned_to_id]);
      if (kind === 'userstory')
        for (const link of store.belongingTo('userstories_userstory_assigned_users', row.id))
          people.add(link.user_id);
      return {
        kind,
        row: { ...row },
        project: projectOf(world, row),
        status: ({ taiga }) => (taiga.store.find(statuses, statusId) as StatusRow | undefined)?.name ?? '',
        isClosed: ('is_closed' in row ? row.is_closed : status?.is_closed) === true,
        people,
        lastActAt: Math.max(lastActs.get(keyOf(kind, row.id)) ?? 0, Date.parse(row.created_date)),
      };
    }),
  );
}

function projectOf({ taiga: { store } }: TeamWorld, { project_id: id }: { project_id: number }): string {
  return store.get('projects_project', id).slug;
}

function assigned(open: readonly Card[], end: TeamWorld): Table {
  const table: Table = {};
  for (const { project, kind, people } of open)
    for (const id of people)
      add(table, `${project} | ${kind} | ${end.taiga.store.get('users_user', id).full_name}`);
  return table;
}

function tally<T>(
  cards: readonly T[],
  cellOf: (card: T) => string,
  worth: (card: T) => number = () => 1,
): Table {
  const table: Table = {};
  for (const card of cards) add(table, cellOf(card), worth(card));
  return rounded(table);
}
