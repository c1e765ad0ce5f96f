import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sectionToCsv } from '../../src/reports/formats/csv.js';
import { toHtml } from '../../src/reports/formats/html.js';
import { toJson } from '../../src/reports/formats/json.js';
import { toMarkdown } from '../../src/reports/formats/markdown.js';
import { loadReports } from '../../src/reports/library.js';
import { createReports, type ReportRequest, type Reports } from '../../src/reports/reports.js';
import type { ReportResult } from '../../src/reports/result.js';
import { createTaiga } from '../../src/taiga/taiga.js';
import { bugflow, ROOT } from '../support/bugflow.js';
import { type Kit, openKit } from '../support/kit.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { errorOf } from '../unit/helpers.js';
import { HOSTILE, itemLives, NOW, REASON } from './item-life.js';

const DAY = 86_400;

let server: TestPostgres;
const kits: Kit[] = [];
/** With all that the configuration can show. */
let reports: Reports;

/** The reports of the same database, with this content of the configuration file. */
async function openReports(config = ''): Promise<Reports> {
  const kit = await openKit(server.url, config);
  kits.push(kit);
  await kit.learn(NOW);
  const { relations } = kit.library;
  const { calendar, timeZone } = kit.config;
  return createReports({
    taiga: createTaiga({
      ...{ database: kit.database, relations, allowSuperuser: true },
      values: () => kit.values(NOW),
    }),
    library: await loadReports({ shippedFolder: join(ROOT, 'reports'), ownFiles: [] }, relations),
    time: { calendar, timeZone },
    taigaUrl: 'https://taiga.example.org',
  });
}

beforeAll(async () => {
  server = await startEitherPostgres();
  await itemLives().load(server);
  reports = await openReports();
});
afterAll(async () => {
  for (const kit of kits) await kit.close();
  await server?.close();
});

const read = (project: string, item: string, from = reports): Promise<ReportResult> =>
  from.run({ report: 'item', projects: [project], item, period: {} }, new Date(NOW));

type Row = Readonly<Record<string, string | null>>;

/** The rows of each section, as objects. */
function rowsOf({ sections }: ReportResult): Readonly<Record<string, readonly Row[]>> {
  return Object.fromEntries(
    sections.map(({ definition, rows }) => [
      definition.name,
      rows.map((row) => Object.fromEntries(definition.columns.map(({ name }, i) => [name, row[i] ?? null]))),
    ]),
  );
}

/** How many days before now. */
const ago = (time: string | null | undefined): number | null =>
  time == null
    ? null
    : Math.round((Date.parse(NOW) - Date.parse(`${time.replace(' ', 'T')}:00`)) / 8640) / 10_000;

describe('a story', () => {
  let result: ReportResult;
  let found: ReturnType<typeof rowsOf>;
  beforeAll(async () => {
    result = await read('shop', '1');
    found = rowsOf(result);
  });

  it('is asked about for its whole life', () => {
    expect(result.period).toMatchObject({
      title: '#1, 2026-02-23 to now',
      fromMs: Date.parse(NOW) - 20 * DAY * 1000,
      toMs: Date.parse(NOW),
    });
    expect(found.item).toMatchObject([{ project: 'shop', kind: 'userstory', ref: '1', subject: HOSTILE }]);
  });

  it('stands like this: closed since its task was', () => {
    expect(found.facts).toEqual([
      {
        ...{ status: 'Done', stage: 'done', state: 'closed', blocked: null, points: '8' },
        ...{ sprint: 'Sprint 2', epic: '#10 Checkout', assignees: 'Bob Jones' },
        lead_time: expect.stringMatching(/^1468800(\.0+)?$/),
        cycle_time: expect.stringMatching(/^604800(\.0+)?$/),
      },
    ]);
  });

  it('went through its statuses without a gap, by whom, and the team has names for its moves', () => {
    const stays = (found.stays ?? []).map(({ since, until, status, transition, author }) => [
      ...[ago(since), ago(until), status, transition, author],
    ]);
    expect(stays).toEqual([
      [20, 10, 'New', null, 'Ann Smith'],
      [10, 6, 'In progress', 'started', 'Bob Jones'],
      [6, 5, 'Ready for test', 'developed', 'Bob Jones'],
      [5, 2, 'In progress', 'rejected', 'Ann Smith'],
      [2, null, 'Done', 'delivered', 'Bob Jones'],
    ]);
    expect(
      (found.time_in_status ?? []).map(({ status, stays, time, undone }) => [
        ...[status, stays, Number(time) / DAY],
        undone == null ? null : Number(undone) / DAY,
      ]),
    ).toEqual([
      ['New', '1', 10, 10],
      ['In progress', '2', 7, 7],
      ['Ready for test', '1', 1, 1],
      ['Done', '1', 2, null],
    ]);
  });

  it('had these points, sprints and blocks', () => {
    expect((found.points ?? []).map(({ since, until, points }) => [ago(since), ago(until), points])).toEqual([
      [20, 18, null],
      [18, 5, '5'],
      [5, null, '8'],
    ]);
    expect((found.sprints ?? []).map(({ since, until, sprint }) => [ago(since), ago(until), sprint])).toEqual(
      [
        [16, 8, 'Sprint 1'],
        [8, null, 'Sprint 2'],
      ],
    );
    expect(found.blocks).toMatchObject([{ reason: REASON, author: 'Bob Jones' }]);
    expect([ago(found.blocks?.[0]?.since), ago(found.blocks?.[0]?.until)]).toEqual([9, 8]);
  });

  it('has an epic and a task', () => {
    expect((found.related ?? []).map(({ relation, ref, state }) => [relation, ref, state])).toEqual([
      ['its epic', '10', 'open'],
      ['a task of it', '2', 'closed'],
    ]);
  });

  it('tells what happened, in order', () => {
    expect(
      (found.events ?? []).map(({ at, event, before, after }) => [ago(at), event, before, after]),
    ).toEqual([
      [20, 'Created', null, 'New'],
      [18, 'Points', 'not estimated', '5'],
      [16, 'Sprint', null, 'Sprint 1'],
      [16, 'Subject', 'Cart', HOSTILE],
      [10, 'Status', 'New', 'In progress'],
      [10, 'Assigned to', 'nobody', 'Bob Jones'],
      [9, 'Blocked', 'not blocked', 'blocked'],
      [8, 'Sprint', 'Sprint 1', 'Sprint 2'],
      [8, 'Blocked', 'blocked', 'not blocked'],
      [6, 'Status', 'In progress', 'Ready for test'],
      [5.5, 'Comment', null, null],
      [5, 'Status', 'Ready for test', 'In progress'],
      [5, 'Points', '5', '8'],
      [3, 'Closed', null, null],
      [2, 'Status', 'In progress', 'Done'],
    ]);
  });

  it('is there in all formats, and nobody can write markup into it', () => {
    const html = toHtml(result);
    expect(html).toContain('<a href="https://taiga.example.org/project/shop/us/1">Open in Taiga</a>');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<b>Bob');
    expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    const markdown = toMarkdown(result);
    for (const { definition } of result.sections) expect(markdown).toContain(`## ${definition.title}`);
    expect(JSON.parse(toJson(result))).toMatchObject({ report: 'item', item: 1, projects: ['shop'] });
    const csv = result.sections.map((section) => sectionToCsv(section, 'UTC').trimEnd().split('\r\n').length);
    expect(csv).toEqual(result.sections.map(({ rows }) => rows.length + 1));
  });
});

it('a task is where its story is, and tells so', async () => {
  const { sprints, related, facts } = rowsOf(await read('shop', '2'));
  expect((sprints ?? []).map(({ since, until, sprint }) => [ago(since), ago(until), sprint])).toEqual([
    [9, 8, 'Sprint 1'],
    [8, null, 'Sprint 2'],
  ]);
  expect(related).toMatchObject([{ relation: 'its story', ref: '1', subject: HOSTILE }]);
  expect(facts).toMatchObject([{ state: 'closed', sprint: 'Sprint 2' }]);
});

it('an epic has its stories', async () => {
  const { related, stays } = rowsOf(await read('shop', '10'));
  expect(related).toMatchObject([{ relation: 'a story of it', ref: '1', state: 'closed' }]);
  expect((stays ?? []).map(({ since, status }) => [ago(since), status])).toEqual([[30, 'New']]);
});

it('one that was deleted is found by the number that it had, up to its end', async () => {
  const result = await read('shop', '#3');
  expect(result.period.title).toBe('#3, 2026-03-03 to 2026-03-11');
  expect(result.item).toEqual({ ref: 3, now: undefined });
  const { item, facts, stays, events } = rowsOf(result);
  expect(item).toMatchObject([{ project: 'shop', kind: 'issue', ref: '3', subject: 'Gone' }]);
  expect(facts).toMatchObject([{ state: 'deleted', status: 'In progress' }]);
  expect((stays ?? []).map(({ since, until }) => [ago(since), ago(until)])).toEqual([
    [12, 7],
    [7, 4],
  ]);
  expect(events?.at(-1)).toMatchObject({ event: 'Deleted', author: 'Ann Smith' });
  expect(toHtml(result)).not.toContain('Open in Taiga');
});

it.each([
  ['shop', '5'],
  ['lanes', '7'],
])('one that was moved is found where it is and where it was: %s %s', async (project, ref) => {
  const result = await read(project, ref);
  expect(result.item?.now).toEqual({ project: 'shop', kind: 'issue', ref: 5 });
  const { item, stays, events } = rowsOf(result);
  expect(item).toMatchObject([{ project: 'shop', ref: '5', subject: 'Moved', type: 'Bug' }]);
  expect((stays ?? []).map(({ since, until, status }) => [ago(since), ago(until), status])).toEqual([
    [14, 6, 'New'],
    [6, 1, 'New'],
    [1, null, 'In progress'],
  ]);
  expect(events?.map(({ event, before, after }) => [event, before, after])).toEqual([
    ['Created', null, 'New'],
    ['Project', 'lanes', 'shop'],
    ['Status', 'New', 'In progress'],
    ['Subject', 'Moving', 'Moved'],
  ]);
});

it('one without history is what its table says', async () => {
  const { stays, blocks, events, facts } = rowsOf(await read('shop', '6'));
  expect((stays ?? []).map(({ since, until, status }) => [ago(since), ago(until), status])).toEqual([
    [3, null, 'New'],
  ]);
  expect(blocks).toMatchObject([{ until: null, reason: null }]);
  expect(Number(facts?.[0]?.blocked)).toBe(3 * DAY);
  expect(events).toMatchObject([{ event: 'Created', after: 'New' }]);
});

describe('by the configuration', () => {
  it('neither texts that people typed nor people appear', async () => {
    const quiet = await openReports('labels: { subjects: false, people: "off" }\n');
    for (const ref of ['1', '2', '3', '5', '10']) {
      const text = toJson(await read('shop', ref, quiet));
      for (const secret of [HOSTILE, REASON, 'Cart', 'Button', 'Checkout', 'Gone', 'Moving', 'Ann', 'Bob'])
        expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
  });

  it('people appear by their usernames', async () => {
    const named = await openReports('labels: { people: username }\n');
    const { stays, facts } = rowsOf(await read('shop', '1', named));
    expect(stays?.map(({ author }) => author)).toEqual(['ann', 'bob', 'bob', 'ann', 'bob']);
    expect(facts).toMatchObject([{ assignees: 'bob' }]);
  });

  it('nothing is told of a project that is not exported', async () => {
    const lanesOnly = await openReports('projects: { exclude: [shop] }\n');
    const result = await read('lanes', '7', lanesOnly);
    const { item, facts, stays } = rowsOf(result);
    expect(result.item).toEqual({ ref: 7, now: undefined });
    expect(item).toMatchObject([{ project: 'lanes', ref: '7', subject: 'Moving', type: null }]);
    expect(facts).toMatchObject([{ state: 'moved to a project that is not exported', status: 'New' }]);
    expect((stays ?? []).map(({ since, until }) => [ago(since), ago(until)])).toEqual([[14, 6]]);
    expect(toJson(result)).not.toMatch(/shop|Moved"|In progress/);
  });
});

describe('is refused', () => {
  const asked: Pick<ReportRequest, 'report' | 'projects' | 'period'> = {
    ...{ report: 'item', projects: ['shop'], period: {} },
  };
  it.each<[string, ReportRequest, string, string]>([
    ['a number that none has', { ...asked, item: '99' }, 'REPORT_NO_ITEM', 'there is no item 99 in shop'],
    [
      'what is no number',
      { ...asked, item: 'abc' },
      'REPORT_USAGE',
      '"abc" is not an item\'s number; write it like 123',
    ],
    ['0', { ...asked, item: '0' }, 'REPORT_USAGE', "is not an item's number"],
    ['nothing', { ...asked, item: '' }, 'REPORT_USAGE', '"" is not an item\'s number'],
    ['more than there can be', { ...asked, item: '12345678901' }, 'REPORT_USAGE', "is not an item's number"],
    ['no number at all', asked, 'REPORT_USAGE', 'give its project and its number'],
    ['no project', { ...asked, projects: [], item: '1' }, 'REPORT_USAGE', 'choose one of lanes, shop'],
    [
      'an unknown project',
      { ...asked, projects: ['x'], item: '1' },
      'REPORT_USAGE',
      'there is no project "x"',
    ],
    ['a period', { ...asked, item: '1', period: { name: 'today' } }, 'REPORT_USAGE', 'leave out the period'],
    [
      'another report',
      { ...asked, report: 'week', item: '1' },
      'REPORT_USAGE',
      'the report week is not about a single item',
    ],
  ])('%s', async (_, request, code, message) => {
    const error = await errorOf(reports.run(request, new Date(NOW)));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(error.message).not.toContain('\n');
  });
});

it('is printed by the command', async () => {
  const run = (...args: string[]) => bugflow(['report', ...args], { TAIGA_DATABASE_URL: server.url });
  const found = await run('item', '--project', 'shop', '--item', '3');
  expect([found.status, found.stderr]).toEqual([0, '']);
  expect(found.stdout).toContain("# An item's life\n\nshop – \\#3, 2026-03-03 to 2026-03-11\n");
  const missing = await run('item', '--project', 'shop');
  expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining('is about one item')]);
});
