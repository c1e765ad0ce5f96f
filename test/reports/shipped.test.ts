import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sectionToCsv } from '../../src/reports/formats/csv.js';
import { toHtml } from '../../src/reports/formats/html.js';
import { toJson } from '../../src/reports/formats/json.js';
import { toMarkdown } from '../../src/reports/formats/markdown.js';
import { loadReports } from '../../src/reports/library.js';
import { reportParameters } from '../../src/reports/parameters.js';
import type { Period } from '../../src/reports/period.js';
import { createReports, type Reports } from '../../src/reports/reports.js';
import type { ReportResult } from '../../src/reports/result.js';
import { createTaiga, type Taiga } from '../../src/taiga/taiga.js';
import { ROOT } from '../support/bugflow.js';
import { type Kit, openKit } from '../support/kit.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { twoProjects } from './two-projects.js';

/** A Sunday, in the evening. */
const NOW = '2026-03-15T20:00:00Z';
const BOARD = ['New', 'In progress', 'Done*'];
/** Those about a period; `item-report.test.ts` has the one about an item. */
const SHIPPED = ['bugs', 'flow', 'flow_of_the_day', 'hygiene', 'portfolio', 'sprint', 'week'];

let server: TestPostgres;
let kit: Kit;
let taiga: Taiga;
let reports: Reports;

beforeAll(async () => {
  server = await startEitherPostgres();
  const made = twoProjects();
  const team = made.addProject('team', { statuses: { userstory: BOARD, task: BOARD, issue: BOARD } });
  team.addEstimation(['dev'], { '3': 3, '5': 5 });
  // The last day of one is the first day of the next, as Taiga proposes it.
  team.addSprint('early', 'Early sprint', '2026-01-05', '2026-01-16');
  team.addSprint('next', 'Next sprint', '2026-01-16', '2026-01-30');
  team.addSprint('one', 'Sprint 1', '2026-02-16', '2026-03-01');
  const second = team.addSprint('two', 'Sprint 2', '2026-03-03', '2026-03-11');
  team.addSprint('three', 'Sprint 3', '2026-03-16', '2026-03-29');
  const inSecond = { sprint: second, created: 20, points: { dev: '5' } };
  team.addStory({ ...inSecond, ref: 1, status: 'Done', isClosed: true, finished: 6 });
  team.addStory({ ...inSecond, ref: 2, status: 'In progress', points: { dev: '3' } });
  team.addIssue({
    ref: 3,
    type: 'Bug',
    severity: 'Critical',
    moves: [
      [12, 'New'],
      [9, 'Done'],
      [8, 'In progress'],
      [4, 'Done'],
    ],
    finished: 4,
  });
  team.addIssue({ ref: 4, type: 'Bug', severity: 'Critical', moves: [[11, 'New']] });
  team.addIssue({ ref: 5, type: 'Question', severity: 'Critical', moves: [[10, 'New']] });
  await made.load(server);
  kit = await openKit(server.url);
  await kit.learn(NOW);
  const { config, database, library, values } = kit;
  const { relations } = library;
  taiga = createTaiga({ database, relations, values, allowSuperuser: true });
  reports = createReports({
    taiga,
    library: await loadReports({ shippedFolder: join(ROOT, 'reports'), ownFiles: [] }, relations),
    time: { calendar: config.calendar, timeZone: config.timeZone },
    taigaUrl: 'https://taiga.example.org',
  });
});
afterAll(async () => {
  await kit?.close();
  await server?.close();
});

const read = (report: string, projects: readonly string[], from: string, to: string): Promise<ReportResult> =>
  reports.run({ report, projects, period: { from, to } }, new Date(NOW));

/** Rows as objects. */
async function rowsOf(
  report: string,
  section: string,
  from: string,
  to: string,
  projects = ['team'],
): Promise<Record<string, string | null>[]> {
  const { sections } = await read(report, projects, from, to);
  const found = sections.find(({ definition }) => definition.name === section);
  if (!found) throw new Error(`no section ${section}`);
  return found.rows.map((row) =>
    Object.fromEntries(found.definition.columns.map(({ name }, i) => [name, row[i] ?? null])),
  );
}

it('are these', () => {
  expect(reports.library.reports.map(({ name }) => name).toSorted()).toEqual([...SHIPPED, 'item'].toSorted());
});

describe.each(SHIPPED)('%s', (name) => {
  it('has in each section what its SQL by itself returns, also for the period before', async () => {
    const { projects, period, sections } = await read(name, ['team'], '2026-02-16', '2026-03-15');
    for (const { definition, rows, before } of sections) {
      const { sql, relations, columns, limit } = definition;
      const alone = async (during: Period) => {
        const answer = await taiga.query({
          askedBy: { kind: 'report', name },
          from: { sql, relations, shipped: true },
          parameters: reportParameters({ projects, period: during, calendar: kit.config.calendar }),
          limit,
        });
        const indexes = columns.map((column) =>
          answer.columns.findIndex((each) => each.name === column.name),
        );
        return answer.rows.map((row) => indexes.map((index) => row[index]));
      };
      expect(rows, definition.name).toEqual(await alone(period));
      expect(before, definition.name).toEqual(definition.compare ? await alone(period.before) : undefined);
    }
  });

  it.each([
    ['one project', ['team']],
    ['one in which nothing is a bug or in a sprint', ['lanes']],
    ['all projects', []],
  ])('is there in all formats, about %s', async (_, asked) => {
    const isAboutOne = reports.library.get(name).projects === 'one';
    const projects = isAboutOne && asked.length === 0 ? ['shop'] : asked;
    const result = await read(name, projects, '2026-02-16', '2026-03-15');
    const markdown = toMarkdown(result);
    const html = toHtml(result);
    const json = JSON.parse(toJson(result)) as { readonly sections: readonly { readonly rows: unknown[] }[] };
    expect(json.sections).toHaveLength(result.definition.sections.length);
    for (const [i, section] of result.sections.entries()) {
      const { title } = section.definition;
      expect(markdown).toContain(`## ${title}`);
      expect(html).toContain(`<h2>${title}</h2>`);
      expect(json.sections[i]?.rows).toHaveLength(section.rows.length);
      const lines = sectionToCsv(section, 'UTC').trimEnd().split('\r\n');
      expect(lines).toHaveLength(1 + section.rows.length);
    }
    // Each has something to say about the team.
    if (projects[0] === 'team') expect(result.sections.some(({ rows }) => rows.length > 0)).toBe(true);
  });

  it('comes with its own period', async () => {
    const projects = ['team'];
    const { sections, definition } = await reports.run({ report: name, projects, period: {} }, new Date(NOW));
    expect(sections).toHaveLength(definition.sections.length);
  });
});

it('bugs are those of the types that are bugs', async () => {
  expect(await rowsOf('bugs', 'in_and_out', '2026-03-02', '2026-03-15')).toMatchObject([
    { created: '2', closed: '2', net: '0', open: '1', reopened: '1' },
  ]);
  expect(await rowsOf('bugs', 'by_severity', '2026-03-02', '2026-03-15')).toMatchObject([
    { severity: 'Critical', open: '1', in_progress: '0' },
  ]);
  expect(await rowsOf('bugs', 'over_time', '2026-03-02', '2026-03-15')).toMatchObject([
    { begins: '2026-03-02', created: '2', closed: '1', reopened: '1', open: '2' },
    { begins: '2026-03-09', created: '0', closed: '1', reopened: '0', open: '1' },
  ]);
  expect(await rowsOf('bugs', 'reopened', '2026-03-02', '2026-03-15')).toMatchObject([
    { ref: '3', times: '1', severity: 'Critical', status: 'Done' },
  ]);
});

it.each([
  ['in the gap after it', '2026-03-02', 'Sprint 1'],
  ['on its first day', '2026-03-03', 'Sprint 2'],
  ['on its last day, with which the period ends', '2026-03-11', 'Sprint 2'],
  ['up to the day before the next one', '2026-03-15', 'Sprint 2'],
])('the sprint is the last one that has begun: %s', async (_, to, sprint) => {
  expect(await rowsOf('sprint', 'numbers', '2026-03-01', to)).toMatchObject([{ sprint }]);
});

it.each([
  ['whose days the period is', '2026-01-05', '2026-01-16', 'Early sprint'],
  ['that began on the last day, else', '2026-01-06', '2026-01-16', 'Next sprint'],
])('of sprints that share a day, it is the one %s', async (_, from, to, sprint) => {
  expect(await rowsOf('sprint', 'numbers', from, to)).toMatchObject([{ sprint }]);
});

it('there is no sprint before the first', async () => {
  expect(await rowsOf('sprint', 'numbers', '2025-12-01', '2026-01-04')).toEqual([]);
});

describe('the last sprint', () => {
  const ask = (projects: readonly string[], now = NOW, report = 'sprint'): Promise<ReportResult> =>
    reports.run({ report, projects, period: { name: 'last sprint' } }, new Date(now));
  const days = ({ fromMs, toMs }: Period): string =>
    [fromMs, toMs].map((ms) => new Date(ms).toISOString()).join(' ');

  it.each([
    ['in the gap after it', NOW, 'Sprint 2', '03-03', '03-12', '02-16', '03-02'],
    [
      'on the last day of another one',
      '2026-03-11T12:00:00Z',
      'Sprint 1',
      '02-16',
      '03-02',
      '01-16',
      '01-31',
    ],
    ['when that is over', '2026-03-12T00:00:00Z', 'Sprint 2', '03-03', '03-12', '02-16', '03-02'],
    [
      'that shares a day with the next',
      '2026-01-20T00:00:00Z',
      'Early sprint',
      '01-05',
      '01-17',
      '',
      '01-05',
    ],
  ])('has whole days, and the sprint before: %s', async (_, now, name, from, to, fromBefore, toBefore) => {
    const { period } = await ask(['team'], now);
    const day = (text: string): string => `2026-${text}T00:00:00.000Z`;
    expect(period.title).toBe(`last sprint: ${name}`);
    expect(days(period)).toBe(`${day(from)} ${day(to)}`);
    // Before the first sprint there are as many days.
    expect(days(period.before)).toBe(
      `${fromBefore === '' ? '2025-12-24T00:00:00.000Z' : day(fromBefore)} ${day(toBefore)}`,
    );
  });

  it('is that of the report about the sprint', async () => {
    const { sections } = await ask(['team'], '2026-01-20T00:00:00Z');
    expect(sections[0]?.rows[0]?.[0]).toBe('Early sprint');
  });

  it.each([
    [
      'all projects',
      [],
      'week',
      'the period "last sprint" is that of one project, and here are 3; choose one of lanes',
    ],
    [
      'two projects',
      ['lanes', 'team'],
      'week',
      'is that of one project, and here are 2; choose one of lanes, team',
    ],
    ['a project without sprints', ['lanes'], 'week', 'no sprint of lanes has ended yet'],
  ])('is not known of %s', async (_, projects, report, message) => {
    await expect(ask(projects, NOW, report)).rejects.toThrow(message);
  });
});

it('the burndown has the points at the end of each day of the sprint, and no working days at the weekend', async () => {
  const shown = async (to: string) =>
    (await rowsOf('sprint', 'burndown', '2026-03-01', to)).map(({ day, left, scope, working }) =>
      [day?.slice(8), left, scope, working].join(' '),
    );
  const until = ['03 8 8 1', '04 8 8 1', '05 8 8 1', '06 8 8 1', '07 8 8 0', '08 8 8 0'];
  expect(await shown('2026-03-15')).toEqual([...until, '09 3 8 1', '10 3 8 1', '11 3 8 1']);
  // Nothing is told of days to come.
  expect(await shown('2026-03-08')).toEqual([...until, '09   1', '10   1', '11   1']);
});

it.each([
  ['week', 'closed', ['3', '1', '3']],
  ['week', 'created', ['4', '3', '5']],
  ['week', 'reopened', ['3']],
  ['flow', 'closings', ['3', '1', '3']],
  ['flow', 'open', ['2', '4', '5']],
  ['sprint', 'commitment', ['1', '2']],
  ['sprint', 'closed', ['1']],
])('%s: %s lists the items', async (report, section, refs) => {
  const rows = await rowsOf(report, section, '2026-03-02', '2026-03-15');
  expect(rows.map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted());
});

it('the sprint was committed to, and the half was done', async () => {
  expect(await rowsOf('sprint', 'numbers', '2026-03-01', '2026-03-12')).toMatchObject([
    {
      committed: '8',
      done: '5',
      share: '0.625',
      closed: '5',
      left: '3',
      added: '0',
      removed: '0',
      carried_over: '0',
    },
  ]);
  expect(await rowsOf('sprint', 'left', '2026-03-01', '2026-03-12')).toMatchObject([
    { ref: '2', points: '3' },
  ]);
});

it('the portfolio has a row for each project, those without work, too', async () => {
  const rows = await rowsOf('portfolio', 'by_project', '2026-03-02', '2026-03-15', []);
  expect(rows).toMatchObject([
    {
      project: 'lanes',
      open: '0',
      created: '1',
      closed: '1',
      net: '0',
      oldest: null,
      closed_by_week: '{0,1}',
    },
    { project: 'shop', open: '1', in_progress: '1', created: '2', closed: '1', closed_by_week: '{0,1}' },
    {
      project: 'team',
      open: '3',
      bugs: '1',
      in_progress: '1',
      created: '3',
      closed: '3',
      closed_by_week: '{1,2}',
    },
  ]);
});

it('bugs are named that are open, were created and were closed', async () => {
  const named = async (section: string) => rowsOf('bugs', section, '2026-03-02', '2026-03-15');
  expect(await named('open')).toMatchObject([
    { kind: 'issue', ref: '4', severity: 'Critical', status: 'New', assignee: null },
  ]);
  expect(await named('created')).toMatchObject([
    { ref: '4', severity: 'Critical', status: 'New' },
    { ref: '3', severity: 'Critical', status: 'Done' },
  ]);
  expect(await named('closed')).toMatchObject([{ ref: '3' }, { ref: '3' }]);
});

it('hygiene says for each reason how many there are, and which', async () => {
  const rows = await rowsOf('hygiene', 'reasons', '2026-03-15', '2026-03-15');
  expect(rows).toEqual([
    {
      unassigned: '1',
      blocked_unassigned: '0',
      too_long_in_progress: '1',
      overdue: '0',
      due_soon: '0',
      unestimated: '0',
      untriaged: '2',
      stale: '1',
    },
  ]);
  for (const [reason, count] of Object.entries(rows[0] ?? {}))
    expect(await rowsOf('hygiene', reason, '2026-03-15', '2026-03-15'), reason).toHaveLength(Number(count));
});

it.each(['bugs', 'hygiene'])('each number of %s leads to its items', (name) => {
  const { sections } = reports.library.get(name);
  for (const { columns } of sections.filter(({ shape }) => shape === 'numbers'))
    for (const column of columns) {
      const [report, section] = column.leadsTo?.split('#') ?? [];
      const found = reports.library.get(report ?? '').sections.find((each) => each.name === section);
      expect(found?.shape, column.name).toBe('items');
    }
});
