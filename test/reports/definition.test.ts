import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeRefused, type RefusedFile } from '../../src/base/refused-file.js';
import type { PostConfig } from '../../src/config/report-posts-section.js';
import { loadReports, type ReportLibrary } from '../../src/reports/library.js';
import { reportPosts } from '../../src/reports/posts/report-post.js';
import { loadRelations } from '../../src/taiga/sql/relations.js';
import { ROOT } from '../support/bugflow.js';
import { errorOf, folderWith, SHIPPED_FOLDER } from '../unit/helpers.js';

const GOOD = `report: mine
title: Mine
description: What is mine.
sections:
  - section: all
    title: All
    show: table
    relations: [item]
    columns:
      kind: { title: Kind }
      items: { title: Items, unit: items }
    sql: |
      SELECT kind, count(*) AS items
      FROM item
      GROUP BY kind
`;

async function load(yaml: string) {
  const folder = await folderWith({ 'mine.yaml': yaml });
  const relations = await loadRelations(join(SHIPPED_FOLDER, 'relations'));
  return loadReports({ shippedFolder: folder, ownFiles: [] }, relations);
}

test('a report with nothing but what it needs', async () => {
  const { reports } = await load(GOOD);
  expect(reports).toMatchObject([
    {
      name: 'mine',
      projects: 'several',
      period: 'last week',
      history: 'all',
      timeoutMs: 30_000,
      sections: [{ limit: 1000 }],
    },
  ]);
  expect(reports[0]?.sections[0]?.sql.line).toBe(13);
});

test.each([
  ['weak', 'leads to weak, but there is no report "weak"'],
  ['mine#nothing', 'leads to mine#nothing, but the report mine has no section "nothing"'],
  ['https://example.org', 'name a report, or its section: week or week#blocked'],
])('a column that leads to %s is refused with the line', async (target, message) => {
  const error = await errorOf(
    load(GOOD.replace('Items, unit: items', `Items, unit: items, leads_to: "${target}"`)),
  );
  expect(error.code).toBe('REPORT_INVALID');
  expect(error.message).toMatch(/mine\.yaml:\d+: /);
  expect(error.message).toContain(message);
});

const ABOUT_ITEM = GOOD.replace('sections:', 'about: item\nsections:').replace(
  'GROUP BY kind',
  'WHERE history_key = :item\n      GROUP BY kind',
);

test('a report about an item binds its key', async () => {
  const { reports } = await load(ABOUT_ITEM);
  expect(reports).toMatchObject([{ about: 'item', projects: 'one' }]);
  const error = await errorOf(load(ABOUT_ITEM.replace('about: item\n', '')));
  expect(error.message).toContain('unknown parameter :item; known are :projects, :from, :to');
});

test.each([
  ['projects: several', 'a report about an item is about its project'],
  ['period: today', "a report about an item is about the item's whole life"],
  ['history: period', 'a report about an item reads the history of that item'],
])('a report about an item with %s is refused', async (line, message) => {
  const error = await errorOf(load(ABOUT_ITEM.replace('about: item', `about: item\n${line}`)));
  expect(error).toMatchObject({ code: 'REPORT_INVALID', message: expect.stringContaining(message) });
  expect(error.message).toMatch(/mine\.yaml:\d+: /);
});

test('a report about an item compares nothing, and no column leads to it', async () => {
  const compared = ABOUT_ITEM.replace('show: table', 'show: numbers\n    compare: true');
  expect((await errorOf(load(compared))).message).toContain('has nothing to compare with');
  const led = ABOUT_ITEM.replace('Items, unit: items', 'Items, unit: items, leads_to: mine');
  expect((await errorOf(load(led))).message).toContain('which is about one item; name a column ref');
});

test('the examples of the docs are right', async () => {
  const page = await readFile(join(ROOT, 'docs/reports.md'), 'utf8');
  const [chart = ''] = /(?<=```yaml\n)report: bugs\n[^`]*/.exec(page) ?? [];
  const { reports } = await load(chart);
  expect(reports).toMatchObject([{ name: 'bugs', sections: [{ chart: { type: 'scatter', x: 'at' } }] }]);
});

describe("a team's own reports", () => {
  const withOwn = async (own: string, pattern: string) => {
    const shippedFolder = await folderWith({ 'mine.yaml': GOOD });
    const folder = await folderWith({ 'own.yaml': own, 'notes.txt': '' });
    const relations = await loadRelations(join(SHIPPED_FOLDER, 'relations'));
    return loadReports(
      { shippedFolder, ownFiles: [join(folder, pattern), join(folder, pattern)] },
      relations,
    );
  };

  test('are read beside those that ship, each once', async () => {
    const { reports } = await withOwn(GOOD.replace('report: mine', 'report: ours'), '*.yaml');
    expect(reports.map(({ name, shipped }) => [name, shipped])).toEqual([
      ['mine', true],
      ['ours', false],
    ]);
  });

  test.each([
    ['*.yml', /no file matches .*\*\.yml; add one or fix `report_files` in the configuration/],
    ['none/*.yaml', /cannot read the folder .*none of the reports .*; create it or fix `report_files`/],
  ])('that are not there are told: %s', async (pattern, message) => {
    expect((await errorOf(withOwn(GOOD, pattern))).message).toMatch(message);
  });

  const OURS = GOOD.replace('report: mine', 'report: ours');
  /** Leads to the report `yours`. */
  const LEADING = OURS.replace('Items, unit: items', 'Items, unit: items, leads_to: yours');
  const YOURS = GOOD.replace('report: mine', 'report: yours');

  describe('in several files', () => {
    let folder: string;
    const loadOwn = async (files: Readonly<Record<string, string>>, before?: ReportLibrary) => {
      if (!before) folder = await folderWith(files);
      else for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
      const shippedFolder = await folderWith({ 'mine.yaml': GOOD });
      const relations = await loadRelations(join(SHIPPED_FOLDER, 'relations'));
      return loadReports({ shippedFolder, ownFiles: [join(folder, '*.yaml')] }, relations, before);
    };
    const names = ({ reports }: ReportLibrary): string[] => reports.map(({ name }) => name).sort();

    test.each<[what: string, files: Readonly<Record<string, string>>, left: string[], refused: RegExp[]]>([
      ['no YAML', { 'a.yaml': 'report: [', 'b.yaml': OURS }, ['mine', 'ours'], [/a\.yaml:1: /]],
      [
        'a name that is taken',
        { 'a.yaml': GOOD, 'b.yaml': OURS },
        ['mine', 'ours'],
        [/a\.yaml: there is a report "mine" already, in .*mine\.yaml; rename one/],
      ],
      [
        'the name of another',
        { 'a.yaml': OURS, 'b.yaml': OURS },
        ['mine', 'ours'],
        [/b\.yaml: there is a report "ours" already, in .*a\.yaml/],
      ],
      [
        'an unknown relation',
        { 'a.yaml': OURS.replace('[item]', '[itme]'), 'b.yaml': YOURS },
        ['mine', 'yours'],
        [/a\.yaml:5: unknown relation "itme"/],
      ],
      [
        'SQL with an unknown parameter',
        { 'a.yaml': OURS.replace('FROM item', 'FROM item WHERE :x'), 'b.yaml': YOURS },
        ['mine', 'yours'],
        [/a\.yaml:\d+: .*unknown parameter :x/],
      ],
      [
        'a link to nothing',
        { 'a.yaml': LEADING },
        ['mine'],
        [/a\.yaml:\d+: column "items" leads to yours, but there is no report "yours"/],
      ],
      [
        'a link to one that is wrong',
        { 'a.yaml': LEADING, 'b.yaml': YOURS.replace('[item]', '[itme]') },
        ['mine'],
        [/b\.yaml:5: unknown relation/, /a\.yaml:\d+: .*there is no report "yours"/],
      ],
    ])('a wrong one is left out and named, and the others are there: %s', async (_, files, left, refused) => {
      const library = await loadOwn(files);
      expect(names(library)).toEqual(left);
      expect(library.refused).toHaveLength(refused.length);
      for (const message of refused)
        expect(library.refused.some((each) => message.test(each.message))).toBe(true);
      expect(library.refused.every(({ stays }) => !stays)).toBe(true);
      expect(describeRefused(library.refused[0] as RefusedFile)).toContain(
        '(this file is left out, with its posts, the other reports run)',
      );
      expect(() => library.get('theirs')).toThrow(
        /there is no report "theirs"; known are .*; not loaded: .*yaml/,
      );
    });

    test('that was right before goes on as it was', async () => {
      const before = await loadOwn({ 'a.yaml': LEADING, 'b.yaml': YOURS });
      expect(before.refused).toEqual([]);
      const after = await loadOwn({ 'b.yaml': YOURS.replace('[item]', '[itme]') }, before);
      expect(names(after)).toEqual(['mine', 'ours', 'yours']);
      expect(after.refused).toMatchObject([{ stays: true, message: expect.stringContaining('itme') }]);
      expect(describeRefused(after.refused[0] as RefusedFile)).toContain(
        'its report goes on as it was before',
      );
      expect((await loadOwn({ 'b.yaml': YOURS }, after)).refused).toEqual([]);
    });

    test('is no mistake of the configuration that wants to post its report', async () => {
      const library = await loadOwn({ 'a.yaml': OURS.replace('[item]', '[itme]') });
      const post = { report: 'ours', place: undefined } as unknown as PostConfig;
      expect(reportPosts([post], library)).toEqual([]);
      const unreadable = await loadOwn({ 'a.yaml': 'report: [' });
      expect(reportPosts([post], unreadable)).toEqual([]);
      const other = await loadOwn({ 'a.yaml': YOURS.replace('[item]', '[itme]') });
      expect(() => reportPosts([post], other)).toThrow('reports[0]: there is no report "ours"');
      const good = await loadOwn({ 'a.yaml': YOURS });
      expect(() => reportPosts([post], good)).toThrow('reports[0]: there is no report "ours"');
    });
  });
});

describe('what is wrong names file, line and fix', () => {
  test.each([
    ['report: mine', 'report: My report', 1, "report: a report's name has small letters, digits and _"],
    ['title: Mine\n', '', 1, 'title'],
    ['show: table', 'show: pie', 7, 'sections[0].show'],
    ['unit: items', 'unit: pieces', 11, 'sections[0].columns.items.unit'],
    ['[item]', '[itme]', 5, 'unknown relation "itme"; see the files in metrics/relations'],
    [
      'FROM item',
      'FROM item WHERE project = :project',
      14,
      'unknown parameter :project; known are :projects, :from, :to',
    ],
    ['show: table', 'show: items', 9, 'items need the column project, to find them in Taiga'],
    [
      'show: table',
      'show: table\n    compare: true',
      8,
      'only numbers can be compared with the period before',
    ],
    ['title: Mine', 'title: Mine\nperiod: last year', 3, 'there is no period "last year"'],
    ['title: Mine', 'title: Mine\nperiod: last sprint', 3, 'the last sprint is that of one project'],
  ])('%j as %j', async (from, to, line, message) => {
    const error = await errorOf(load(GOOD.replace(from, to)));
    expect(error.message).toContain(message);
    expect(error.message).toMatch(new RegExp(`mine\\.yaml:${line}: `));
  });

  const CHART = GOOD.replace('show: table', 'show: chart\n    chart: { type: bar, x: kind, y: [items] }');

  test.each([
    [
      'chart: { type: bar, x: kind, y: [items] }',
      '',
      7,
      'sections[0].show: add `chart`, which says what is drawn',
    ],
    ['show: chart', 'show: table', 8, 'sections[0].chart: this needs `show: chart`'],
    ['type: bar', 'type: pie', 8, 'sections[0].chart.type'],
    ['x: kind', 'x: kin', 8, 'columns has no kin; it has kind, items'],
    ['y: [items]', 'y: [item]', 8, 'columns has no item; it has kind, items'],
    ['y: [items]', 'y: [items], series: stage', 8, 'columns has no stage; it has kind, items'],
    ['y: [items]', 'y: []', 8, 'y is missing: name at least one column'],
    ['y: [items]', 'y: [kind]', 8, 'kind has the unit text, which has no height'],
    ['y: [items]', 'y: [items, items], series: kind', 8, 'series splits one column; name one in y'],
    ['y: [items]', 'y: [items], percentiles: [0.5]', 8, 'only a scatter has percentiles'],
    [
      'y: [items]',
      'y: [items], lines: [items]',
      8,
      'only a scatter has lines; elsewhere add the column to y',
    ],
    ['y: [items]', 'y: [items], bins: 5', 8, 'only a histogram has bins'],
    ['y: [items]', 'y: [items], ideal: true', 8, 'only a burndown has an ideal line'],
    ['y: [items]', 'y: [items], working: items', 8, 'only a burndown asks for working days'],
    ['type: bar', 'type: burndown', 8, 'a burndown goes over time, and kind is text'],
    ['type: bar', 'type: burndown, working: kind', 8, 'kind must be a number: 0 on days without work'],
    ['type: bar', 'type: burndown, working: day', 8, 'columns has no day; it has kind, items'],
    ['type: bar', 'type: control_chart, series: kind', 8, 'a control chart is about one column'],
    ['type: bar', 'type: scatter, percentiles: [85]', 8, 'sections[0].chart.percentiles[0]'],
    ['type: bar', 'type: histogram', 8, 'a histogram counts the values of x; it takes neither y nor series'],
    [
      'type: bar, x: kind, y: [items]',
      'type: histogram, x: kind',
      8,
      'a histogram needs numbers, and kind is text',
    ],
    ['x: kind', 'X: kind', 8, 'unknown key "X"; did you mean "x"?'],
  ])('of a chart: %j as %j', async (from, to, line, message) => {
    const error = await errorOf(load(CHART.replace(from, to)));
    expect(error.message).toContain(message);
    expect(error.message).toMatch(new RegExp(`mine\\.yaml:${line}: `));
  });

  test('one axis has one unit', async () => {
    const two = CHART.replace('y: [items]', 'y: [items, age]').replace(
      '    sql:',
      '      age: { title: Age, unit: duration }\n    sql:',
    );
    expect((await errorOf(load(two))).message).toContain('one axis has one unit, not items and duration');
  });

  test('two sections of one name', async () => {
    const twice = GOOD + GOOD.slice(GOOD.indexOf('  - section'));
    expect((await errorOf(load(twice))).message).toContain('there are two sections called all; rename one');
  });

  test('a name that nobody knows', async () => {
    const library = await load(GOOD);
    expect(() => library.get('yours')).toThrow('there is no report "yours"; known are mine');
  });
});
