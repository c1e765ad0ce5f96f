import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kit, openKit } from '../support/kit.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { Samples, type Table } from '../support/samples.js';
import { type Item, type Kind, type ProjectBuilder, TaigaBuilder } from '../support/taiga-builder.js';
import { readCounters, readMismatches, readPast } from '../support/telling.js';

const NOW = '2026-03-15T12:00:00Z';
const DAY = 86_400;

let server: TestPostgres;
let kit: Kit;

beforeAll(async () => {
  server = await startEitherPostgres();
  kit = await openKit(server.url);
});
afterAll(async () => {
  await kit?.close();
  await server?.close();
});

/** Rows that another Taiga wrote, or an importer: their ids are not this Taiga's, their names are the project's own. */
describe('imported history', () => {
  const statuses = {
    userstory: ['New', 'Ready', 'In progress', 'Done*'],
    issue: ['New', 'In progress', 'Ready for test', 'Closed*', 'Needs Info', 'Rejected*'],
  };
  /** Another project first, so that its ids are taken: issue statuses 1 to 6, user story statuses 1 to 4. */
  const begin = (): { taiga: TaigaBuilder; project: ProjectBuilder } => {
    const taiga = new TaigaBuilder(NOW);
    taiga.addProject('elsewhere', { statuses });
    return { taiga, project: taiga.addProject('shop', { statuses }) };
  };
  type Move = readonly [
    days: number,
    status: readonly [number, number],
    names: Readonly<Record<string, string>>,
  ];
  const imported = (
    taiga: TaigaBuilder,
    item: Item,
    moves: readonly Move[],
    creation: { readonly days: number; readonly status: number },
  ): void => {
    taiga.addHistory(item, creation.days, {
      type: 2,
      snapshot: { status: creation.status, is_closed: false },
    });
    for (const [days, status, names] of moves)
      taiga.addHistory(item, days, { diff: { status }, values: { users: {}, status: names } });
  };
  const seen = async (taiga: TaigaBuilder, kind: Kind, config = ''): Promise<Record<string, unknown>> => {
    await taiga.load(server);
    const own = await openKit(server.url, config && `database: { url: ${server.url} }\n${config}`);
    try {
      expect(await readMismatches(own, NOW)).toEqual([]);
      const counters = await readCounters(own, NOW);
      const past = await readPast(
        own,
        [40, 31, 29, 21, 19, 0].map((days) => taiga.ago(days)),
      );
      return {
        moves: counters.table('taiga_status_transitions_total', ['from', 'to', 'transition'], { kind }),
        leadTime: counters.table('taiga_lead_time_seconds_sum', ['project'], { kind }),
        past: past.map((samples) =>
          Object.keys(nonZero(samples.table('taiga_items', ['status', 'stage'], { kind }))),
        ),
        corrupt: Samples.of(await own.families('data_quality', NOW)).sum('taiga_data_quality_items', {
          problem: 'corrupt_history',
        }),
      };
    } finally {
      await own.close();
    }
  };
  const nonZero = (table: Table): Table =>
    Object.fromEntries(Object.entries(table).filter(([, value]) => value !== 0));
  /** Created 40 days ago, begun 30 days ago, closed 20 days ago. */
  const wanted = {
    moves: {
      'New | In progress | started': 1,
      'In progress | Closed | delivered': 1,
    },
    leadTime: { shop: 20 * DAY },
    past: [
      ['New | backlog'],
      ['New | backlog'],
      ['In progress | active'],
      ['In progress | active'],
      ['Closed | done'],
      ['Closed | done'],
    ],
    corrupt: 0,
  };
  const CLOSED = { status: 'Closed', created: 40, finished: 20 };

  it.each([
    ['of another project of this Taiga', 1, 2, 4],
    ['of this project, but with another meaning', 8, 10, 9],
    ['that are unknown here', 4001, 4002, 4003],
  ])('has ids %s', async (_what, fresh, begun, closed) => {
    for (const config of ['', 'projects: { include: [shop] }']) {
      const { taiga, project } = begin();
      const bug = project.addIssue({ ref: 1, ...CLOSED });
      imported(
        taiga,
        bug,
        [
          [30, [fresh, begun], { [fresh]: 'New', [begun]: 'In progress' }],
          [20, [begun, closed], { [begun]: 'In progress', [closed]: 'Closed' }],
        ],
        { days: 40, status: fresh },
      );
      expect(await seen(taiga, 'issue', config)).toEqual(wanted);
    }
  });

  it('has ids of an item that never moved: it is where its table says', async () => {
    const { taiga, project } = begin();
    imported(taiga, project.addIssue({ ref: 1, created: 40, status: 'New' }), [], { days: 40, status: 4001 });
    expect((await seen(taiga, 'issue')).past).toEqual(new Array<string[]>(6).fill(['New | backlog']));
  });

  it.each(['issue', 'userstory'] as const)('creates an item after it was changed (%s)', async (kind) => {
    const { taiga, project } = begin();
    const id = (name: string): number => project.statusId(kind, name);
    const end = kind === 'issue' ? 'Closed' : 'Done';
    const item =
      kind === 'issue'
        ? project.addIssue({ ref: 1, ...CLOSED })
        : project.addStory({ ref: 1, created: 40, status: 'Done', finished: 10, isClosed: true });
    for (const [days, from, to] of [
      [30, 'New', 'In progress'],
      [20, 'In progress', end],
    ] as const)
      taiga.addHistory(item, days, {
        diff: { status: [id(from), id(to)] },
        values: { users: {}, status: { [id(from)]: from, [id(to)]: to } },
      });
    taiga.addHistory(item, 10, { type: 2, snapshot: { status: id(end), is_closed: true } });
    expect(
      JSON.parse(
        JSON.stringify(await seen(taiga, kind))
          .replaceAll('Done |', 'Closed |')
          .replaceAll('| Done', '| Closed'),
      ),
    ).toEqual(wanted);
  });

  it('has ids below 0 for what the importer did not find', async () => {
    const { taiga, project } = begin();
    const bug = project.addIssue({ ref: 1, ...CLOSED });
    const [fresh, closed] = [project.statusId('issue', 'New'), project.statusId('issue', 'Closed')];
    taiga.addHistory(bug, 30, {
      diff: { status: [fresh, -2] },
      values: { status: { [fresh]: 'New', '-2': 'In review' } },
    });
    taiga.addHistory(bug, 20, {
      diff: { status: [-1, closed] },
      values: { status: { '-1': 'In review', [closed]: 'Closed' } },
    });
    taiga.addHistory(bug, 5, { type: 2, snapshot: { status: closed } });
    expect(await seen(taiga, 'issue')).toEqual({
      ...wanted,
      moves: { 'New | In review | started': 1, 'In review | Closed | delivered': 1 },
      past: wanted.past.map((stays) => stays.map((stay) => stay.replace('In progress', 'In review'))),
    });
  });

  it('means its own sprints, points and attributes, too', async () => {
    const { taiga, project } = begin();
    project.addEstimation(['Dev'], { '?': null, '5': 5, '13': 13 });
    const sprint = project.addSprint('sprint-1', 'Sprint 1', '2026-01-01', '2026-12-31');
    const story = project.addStory({ ref: 1, created: 40, status: 'New', sprint, points: { Dev: '13' } });
    taiga.addHistory(story, 40, {
      type: 2,
      snapshot: { status: 4001, milestone: null, points: { '77': 4100 }, is_closed: false },
    });
    taiga.addHistory(story, 30, {
      diff: { milestone: [null, 4200], points: [{ '77': 4100 }, { '77': 4101 }] },
      values: { milestone: { '4200': 'Sprint 1' }, points: { '4100': '?', '4101': '13' } },
    });
    const bug = project.addIssue({ ref: 2, created: 40, status: 'New', severity: 'Critical', type: 'Bug' });
    taiga.addHistory(bug, 40, { type: 2, snapshot: { status: 4001, severity: 4301, type: 4401 } });
    taiga.addHistory(bug, 30, {
      diff: { severity: [4301, 4302] },
      values: { severity: { '4301': 'Minor', '4302': 'Critical' } },
    });
    project.addIssue({ ref: 3, created: 40, status: 'New', severity: 'Minor', type: 'Bug' });
    await taiga.load(server);
    expect(await readMismatches(kit, NOW)).toEqual([]);
    const [, before, after] = await readPast(
      kit,
      [45, 31, 29, 0].map((days) => taiga.ago(days)),
    );
    expect(before?.table('taiga_sprint_points', ['sprint'])).toEqual({});
    expect(after?.table('taiga_sprint_points', ['sprint'])).toEqual({ 'sprint-1': 13 });
    expect(before?.table('taiga_issues', ['severity', 'issue_type'])).toEqual({ 'Minor | Bug': 2 });
    expect(after?.table('taiga_issues', ['severity', 'issue_type'])).toEqual({
      'Critical | Bug': 1,
      'Minor | Bug': 1,
    });
  });
});
