import { expect, test } from 'vitest';
import { loadRelations, type RelationLibrary } from '../../src/taiga/sql/relations.js';
import { errorOf, folderWith } from '../unit/helpers.js';

async function relations(files: Readonly<Record<string, string>>): Promise<RelationLibrary> {
  return loadRelations(await folderWith(files));
}

const everything = (): boolean => true;

test('each relation stands before its readers, and once', async () => {
  const library = await relations({
    'top.sql': '-- relations: left, right\nSELECT 1',
    'left.sql': '-- What it is.\n-- relations: base\nSELECT 1',
    'right.sql': '-- relations: base\nSELECT 1',
    'base.sql': 'SELECT 1\n-- relations: not_in_the_header',
  });
  const names = library.resolve(['top', 'base'], everything).map(({ name }) => name);
  expect(names).toEqual(['base', 'left', 'right', 'top']);
  expect(library.has('left')).toBe(true);
  expect(library.has('middle')).toBe(false);
});

test('a variant stands in where the database lacks a table, under the same name', async () => {
  const library = await relations({
    'cell.sql': '-- requires: lanes\nSELECT lane FROM lanes',
    'cell.without.lanes.sql': "SELECT '' AS lane",
  });
  expect(library.resolve(['cell'], everything)[0]?.source.text).toContain('FROM lanes');
  expect(library.resolve(['cell'], (table) => table !== 'lanes')).toMatchObject([
    { name: 'cell', source: { text: "SELECT '' AS lane" } },
  ]);
});

test('a variant stands in where the database lacks a column; of several that are missing the first decides', async () => {
  const library = await relations({
    'cell.sql': '-- requires: story.lane, lanes\nSELECT lane FROM lanes',
    'cell.without.story.lane.sql': "SELECT '' AS lane",
    'cell.without.lanes.sql': "SELECT 'none' AS lane",
  });
  const textWithout = (...missing: string[]): string | undefined =>
    library.resolve(['cell'], (name) => !missing.includes(name))[0]?.source.text;
  expect(textWithout()).toContain('FROM lanes');
  expect(textWithout('story.lane')).toBe("SELECT '' AS lane");
  expect(textWithout('lanes')).toBe("SELECT 'none' AS lane");
  expect(textWithout('lanes', 'story.lane')).toBe("SELECT '' AS lane");
});

test('a header that requires what is neither table nor column is refused', async () => {
  const error = await errorOf(relations({ 'cell.sql': '-- requires: public.story.lane\nSELECT 1' }));
  expect(error.message).toMatch(/\/cell\.sql:1: requires: "public\.story\.lane" is neither a table nor/);
});

test('relations in a circle are refused', async () => {
  const library = await relations({
    'a.sql': '-- relations: b\nSELECT 1',
    'b.sql': '-- relations: c\nSELECT 1',
    'c.sql': '-- relations: a\nSELECT 1',
  });
  const error = await errorOf(() => library.resolve(['a'], everything));
  expect(error.message).toMatch(/\/a\.sql:1: relations read each other in a circle: a → b → c → a$/);
});
