import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measure } from '../support/measure.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { type Kind, TaigaBuilder } from '../support/taiga-builder.js';

const NOW = '2026-03-15T12:00:00Z';
const BOARD = [
  ...['New', 'Ready', 'In progress', 'In review', 'Ready for test', 'Failed QA'],
  ...['Done*', 'Archived*', 'Rejected*'],
];

let server: TestPostgres;

beforeAll(async () => {
  server = await startEitherPostgres();
});
afterAll(() => server.close());

type Move = readonly [from: string, to: string];

/** An item of each kind and project for each move. */
async function load(moves: readonly Move[], kinds: readonly Kind[], projects = ['shop']): Promise<void> {
  const taiga = new TaigaBuilder(NOW);
  let ref = 0;
  for (const slug of projects) {
    const project = taiga.addProject(slug, {
      statuses: Object.fromEntries(kinds.map((kind) => [kind, BOARD])),
    });
    for (const kind of kinds)
      for (const [from, to] of moves) {
        ref += 1;
        const isClosed = /Done|Archived|Rejected/.test(to);
        const way = {
          ref,
          moves: [[3, from] as const, [2, to] as const],
          ...(isClosed && { finished: /Done|Archived|Rejected/.test(from) ? 3 : 2 }),
        };
        if (kind === 'userstory') project.addStory({ ...way, isClosed });
        if (kind === 'task') project.addTask(way);
        if (kind === 'issue') project.addIssue(way);
        if (kind === 'epic') project.addEpic(way);
      }
  }
  await taiga.load(server);
}

/** The moves by name. */
async function named(labels: readonly string[], config?: string): Promise<Record<string, string[]>> {
  const metrics = await measure(server.url, {
    at: NOW,
    collectors: ['status_transitions'],
    ...(config && { config: `database: { url: ${server.url} }\n${config}` }),
  });
  const byName: Record<string, string[]> = {};
  const table = metrics.table('taiga_status_transitions_total', ['transition', ...labels]);
  for (const [key, count] of Object.entries(table)) {
    const [name = '', ...move] = key.split(' | ');
    expect(count).toBe(1);
    byName[name] = [...(byName[name] ?? []), move.join(' | ')].sort();
  }
  return byName;
}

/** The vocabulary of DESIGN §3, as the stages of the default workflow give it. */
const VOCABULARY: Record<string, readonly Move[]> = {
  started: [
    ['New', 'In progress'],
    ['New', 'Ready for test'],
    ['Ready', 'In progress'],
    ['Ready', 'Ready for test'],
  ],
  developed: [
    ['In progress', 'Ready for test'],
    ['In review', 'Ready for test'],
  ],
  rejected: [
    ['Ready for test', 'In progress'],
    ['Ready for test', 'New'],
    ['Ready for test', 'Ready'],
    ['Ready for test', 'Failed QA'],
    ['In progress', 'Failed QA'],
  ],
  fixed: [['Failed QA', 'Ready for test']],
  delivered: [
    ['In progress', 'Done'],
    ['Ready for test', 'Done'],
    ['Failed QA', 'Archived'],
  ],
  skipped: [
    ['New', 'Done'],
    ['Ready', 'Archived'],
  ],
  reopened: [
    ['Done', 'In progress'],
    ['Archived', 'Ready'],
    ['Rejected', 'New'],
  ],
  scope_increased: [['New', 'Ready']],
  scope_decreased: [
    ['Ready', 'New'],
    ['In progress', 'New'],
  ],
  discarded: [
    ['New', 'Rejected'],
    ['Ready for test', 'Rejected'],
    ['Done', 'Rejected'],
  ],
  moved: [
    ['In progress', 'In review'],
    ['In progress', 'Ready'],
    ['Done', 'Archived'],
    ['Failed QA', 'In progress'],
  ],
};
const MOVES = Object.values(VOCABULARY).flat();
const sorted = (moves: readonly Move[]): string[] => moves.map((move) => move.join(' | ')).sort();

describe('moves between statuses', () => {
  it.each(['userstory', 'task', 'issue', 'epic'] as const)(
    'have the names of the vocabulary (%s)',
    async (kind) => {
      await load(MOVES, [kind]);
      const wanted = Object.fromEntries(
        Object.entries(VOCABULARY).map(([name, moves]) => [name, sorted(moves)]),
      );
      expect(await named(['from', 'to'])).toEqual(wanted);
    },
  );

  it('follow the team’s own stages', async () => {
    await load(
      [
        ['In progress', 'In review'],
        ['In review', 'In progress'],
        ['New', 'In review'],
      ],
      ['userstory'],
    );
    expect(
      await named(['from', 'to'], 'workflow: [{ stages: { waiting: [in review], discarded: [archived] } }]'),
    ).toEqual({
      developed: ['In progress | In review'],
      rejected: ['In review | In progress'],
      started: ['New | In review'],
    });
  });

  it('have the team’s own names first, by the names of the statuses', async () => {
    await load(
      [
        ['Ready for test', 'In progress'],
        ['Ready for test', 'New'],
        ['In progress', 'Done'],
        ['New', 'Ready'],
      ],
      ['userstory'],
    );
    const rules = `
transitions:
  - { name: sent_back, from: [ready FOR *], to: [in progress] }
  - { name: shelved, to: [New] }
  - { name: never, from: [No such status] }
  - { name: also_sent_back, from: ["Ready for t?st"], to: ["*"] }
`;
    expect(await named(['from', 'to'], rules)).toEqual({
      sent_back: ['Ready for test | In progress'],
      shelved: ['Ready for test | New'],
      delivered: ['In progress | Done'],
      scope_increased: ['New | Ready'],
    });
  });

  it('can be named for some projects and kinds only', async () => {
    await load([['New', 'Ready']], ['userstory', 'issue'], ['shop', 'shop-old', 'desk']);
    const rules = `
transitions:
  - { name: triaged, kind: issue, to: [ready] }
  - { name: planned, project: "shop*", kind: userstory, to: [ready] }
`;
    expect(await named(['project', 'kind'], rules)).toEqual({
      triaged: ['desk | issue', 'shop | issue', 'shop-old | issue'],
      planned: ['shop | userstory', 'shop-old | userstory'],
      scope_increased: ['desk | userstory'],
    });
  });

  it('take % and _ of a status’ name as they are', async () => {
    const taiga = new TaigaBuilder(NOW);
    const project = taiga.addProject('shop', { statuses: { issue: ['New', '50 %', '50 x', 'a_b', 'axb'] } });
    for (const [i, to] of ['50 %', '50 x', 'a_b', 'axb'].entries())
      project.addIssue({
        ref: i,
        moves: [
          [3, 'New'],
          [2, to],
        ],
      });
    await taiga.load(server);
    const rules = 'transitions: [{ name: halved, to: ["50 %"] }, { name: joined, to: [a_b] }]';
    expect(await named(['to'], rules)).toEqual({
      halved: ['50 %'],
      joined: ['a_b'],
      started: ['50 x', 'axb'],
    });
  });
});
