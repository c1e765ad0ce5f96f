import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileMerged, compileQuery, compileTables, type MergedPart } from '../../src/taiga/sql/compile.js';
import type { SqlSource } from '../../src/taiga/sql/query-text.js';
import type { Relation } from '../../src/taiga/sql/relations.js';
import { errorOf } from '../unit/helpers.js';

const relation = (name: string, source: SqlSource): Relation => ({ name, source, relations: [] });

describe('the text', () => {
  test('is a CTE after those of its relations', () => {
    const { text } = compileQuery({ text: 'SELECT * FROM b;\n', file: 'c.yaml', line: 9 }, [
      relation('a', { text: 'SELECT 1 AS x', file: 'a.sql', line: 1 }),
      relation('b', { text: '-- what it is\nSELECT x FROM a -- done', file: 'b.sql', line: 1 }),
    ]);
    expect(text).toBe(
      [
        'WITH a AS (',
        'SELECT 1 AS x',
        '), b AS (',
        '-- what it is',
        'SELECT x FROM a -- done',
        '), collector AS (',
        'SELECT * FROM b',
        ')',
        'SELECT * FROM collector',
      ].join('\n'),
    );
  });

  test('of several pieces has their relations once, and one row shape', () => {
    const { text, parameters } = compileMerged(
      [
        {
          sql: { text: 'SELECT * FROM a;', file: 'c.yaml', line: 1 },
          reading: 'edges',
          columns: ['kind', 'a "b"'],
        },
        { sql: { text: 'SELECT 1', file: 'd.yaml', line: 1 }, reading: 'zeros', columns: 'all' },
      ],
      [relation('a', { text: 'SELECT 1', file: 'a.sql', line: 1 })],
    );
    expect(text).toMatch(
      /^WITH a AS \(\nSELECT 1\n\), collector_0 AS \(\nSELECT \* FROM a\n\), collector_1 AS \(\nSELECT 1\n\)\n/,
    );
    expect(text).toMatch(
      /SELECT 0 AS part, .*, c."kind"::text, c."a ""b"""::text\nFROM collector_0 .*\nUNION ALL\nSELECT 1 AS part, .*, row_to_json\(c\)::text, NULL\nFROM collector_1 .*\nORDER BY moment, part$/s,
    );
    expect(parameters).toEqual(['now']);
  });

  test('of several pieces without times makes neither times nor an order', () => {
    const piece = (file: string, column: string): MergedPart => ({
      sql: { text: 'SELECT 1', file, line: 1 },
      reading: 'rows',
      columns: [column],
    });
    const { text } = compileMerged([piece('c.yaml', 'a'), piece('d.yaml', 'b')], []);
    expect(text).toMatch(
      /\nSELECT 0 AS part, NULL AS moment, .*, c."a"::text\nFROM collector_0 AS c \nUNION ALL\nSELECT 1 AS part, .*, c."b"::text\nFROM collector_1 AS c $/,
    );
  });

  test('without relations there is only its own', () => {
    expect(compileQuery({ text: 'SELECT 1', file: 'c.yaml', line: 1 }, []).text).toBe(
      'WITH collector AS (\nSELECT 1\n)\nSELECT * FROM collector',
    );
  });
});

describe('parameters', () => {
  test('are bound, typed, and numbered over all pieces', () => {
    const { text, parameters } = compileQuery({ text: 'SELECT :people, :now', file: 'c.yaml', line: 1 }, [
      relation('a', { text: 'SELECT :now - :stale_after', file: 'a.sql', line: 1 }),
    ]);
    expect(parameters).toEqual(['now', 'stale_after', 'people']);
    expect(text).toContain('SELECT $1::timestamptz - $2::interval\n');
    expect(text).toContain('SELECT $3::text, $1::timestamptz\n');
  });

  test("none that is inherited from JavaScript's objects", async () => {
    const error = await errorOf(() =>
      compileQuery({ text: '\nSELECT :constructor', file: 'c.yaml', line: 7 }, []),
    );
    expect(error.message).toMatch(/^c\.yaml:8: unknown parameter :constructor; known are :now, /);
  });
});

describe('what is no single statement', () => {
  test.each([
    [
      'SELECT 1;\n-- next\nSELECT 2',
      /^c\.yaml:9: a second statement after the semicolon; write a single SELECT/,
    ],
    ['-- nothing yet', /^c\.yaml:7: there is no SQL/],
    ['SELECT\n tags[i :j]', /^c\.yaml:8: unknown parameter :j; .*\[i : j\]$/],
  ])('%j is refused', async (text, message) => {
    const own = { text, file: 'c.yaml', line: 7 };
    expect((await errorOf(() => compileQuery(own, []))).message).toMatch(message);
    const relations = [relation('a', own)];
    const fine = { text: 'SELECT 1; -- the end', file: 'd.yaml', line: 1 };
    expect((await errorOf(() => compileQuery(fine, relations))).message).toMatch(message);
    const part = { sql: own, reading: 'rows', columns: 'all' } as const;
    expect((await errorOf(() => compileMerged([part], []))).message).toMatch(message);
    const table = { sql: own, columns: ['x'], parameters: {}, limit: 1 };
    const asker = { kind: 'report', name: 'week' };
    const error = await errorOf(() => compileTables([table], [], asker));
    expect(error.code).toBe('QUERY_INVALID');
    expect(error.message).toMatch(/^c\.yaml:\d: report "week": /);
  });
});

// Each line carries a mark of its own; what stands before the mark moves it about.
const line = fc
  .constantFrom('', ':now ', ':time_zone || :now ', "':now' ", '🐛é "🐛" ', '/* :x */ ', '$$ :x $$ ')
  .map((start) => start);
const piece = fc.array(line, { minLength: 1, maxLength: 6 });

/** Where PostgreSQL would say that a mark stands: 1-based, in characters and not in UTF-16 units. */
function positionOf(text: string, mark: string): number {
  return Array.from(text.slice(0, text.indexOf(mark))).length + 1;
}

describe('locate', () => {
  test('every line of every piece leads back to its file and line', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 4 }),
        piece,
        fc.integer({ min: 1, max: 50 }),
        (related, own, first) => {
          const source = (file: string, lines: readonly string[], from: number): SqlSource => ({
            text: lines.map((start, i) => `${start}mark_${file}_${from + i}_`).join('\n'),
            file,
            line: from,
          });
          const relations = related.map((lines, i) => relation(`r${i}`, source(`r${i}`, lines, 1)));
          const query = compileQuery(source('own', own, first), relations);
          const marks = [...query.text.matchAll(/mark_(\w+?)_(\d+)_/g)];
          expect(marks).toHaveLength(related.flat().length + own.length);
          for (const [mark, file, number] of marks)
            expect(query.locate(positionOf(query.text, mark))).toEqual({ file, line: Number(number) });
        },
      ),
    );
  });

  test('what was put around a piece counts as its first or last line', () => {
    const query = compileQuery({ text: 'SELECT 1\nFROM a\n', file: 'c.yaml', line: 9 }, [
      relation('a', { text: 'SELECT 1\nAS x', file: 'a.sql', line: 1 }),
    ]);
    expect(query.locate(1)).toEqual({ file: 'a.sql', line: 1 });
    expect(query.locate(positionOf(query.text, ', collector'))).toEqual({ file: 'a.sql', line: 2 });
    expect(query.locate(query.text.length)).toEqual({ file: 'c.yaml', line: 10 });
    expect(query.locate(query.text.length + 1000)).toEqual({ file: 'c.yaml', line: 10 });
  });
});
