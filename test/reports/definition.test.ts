import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadReports } from '../../src/reports/library.js';
import { loadRelations } from '../../src/taiga/sql/relations.js';
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
      timeoutMs: 30_000,
      sections: [{ limit: 1000 }],
    },
  ]);
  expect(reports[0]?.sections[0]?.sql.line).toBe(13);
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
    [GOOD, '*.yaml', /own\.yaml: there is a report "mine" already, in .*mine\.yaml; rename one/],
    [GOOD, '*.yml', /no file matches .*\*\.yml; add one or fix `report_files` in the configuration/],
    [GOOD, 'none/*.yaml', /cannot read the folder .*none of the reports .*; create it or fix `report_files`/],
    [
      GOOD.replace('report: mine', 'report: ours').replace('[item]', '[itme]'),
      '*.yaml',
      /own\.yaml:5: unknown relation "itme"/,
    ],
  ])('that are wrong say so: %#', async (own, pattern, message) => {
    expect((await errorOf(withOwn(own, pattern))).message).toMatch(message);
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
  ])('%j as %j', async (from, to, line, message) => {
    const error = await errorOf(load(GOOD.replace(from, to)));
    expect(error.message).toContain(message);
    expect(error.message).toMatch(new RegExp(`mine\\.yaml:${line}: `));
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
