import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readStatement, scanParameters } from '../../src/taiga/sql/scan.js';

const found = (sql: string): string[] => scanParameters(sql).map(({ name }) => name);

describe('where a colon means nothing', () => {
  test.each([
    ['a string', "SELECT ':no', 'it''s :no'"],
    ['a string with a backslash at its end', "SELECT 'C:\\' || :yes || ':no'"],
    ['an escape string', "SELECT E'it\\'s :no', e'\\\\', :yes"],
    ['a name that ends with e before a string', "SELECT date'\\' || :yes || ':no'"],
    ['a dollar quote', 'SELECT $$ :no $$, $tag$ :no $$ :no $tag$, :yes'],
    ['a quoted name', 'SELECT ":no", "a "":no"" b", :yes'],
    ['a line comment', "SELECT 1 -- it's :no\n, :yes"],
    ['a block comment', "SELECT /* it's :no */ :yes"],
    ['a nested block comment', 'SELECT /* a /* :no */ :no */ :yes'],
    ['a block comment without an end', 'SELECT :yes /* :no /* :no */ :no'],
    ['a cast', 'SELECT a::no, b :: no, :yes::no'],
    ['a name with a dollar sign', 'SELECT a$b, :yes, c$b'],
    ['a positional parameter', 'SELECT $1, :yes, $2'],
    ['a slice', 'SELECT tags[i:no], a[1:no], a[f(x):no], a["i":no], a[b[1]:no], a[:yes]'],
    ['a slice after a parameter', 'SELECT tags[:yes:no]'],
    ['a slice of letters', 'SELECT tags[größe:no], :yes'],
    ['a lonely colon', "SELECT :, a[1:2], ':', :yes"],
  ])('%s', (_name, sql) => {
    expect(found(sql)).not.toContain('no');
    expect(found(sql)).toEqual(sql.includes(':yes') ? ['yes'] : []);
  });
});

describe('in brackets', () => {
  test.each([
    ['SELECT ARRAY[:a, :b]', ['a', 'b']],
    ['SELECT tags[:a]', ['a']],
    ['SELECT tags[:a : :b]', ['a', 'b']],
    ['SELECT tags[1+:a]', ['a']],
    ['SELECT tags[CASE WHEN :a THEN 1 END]', ['a']],
    ['SELECT tags[i :a]', ['a']],
    ["SELECT ARRAY['x', ']'] || :a", ['a']],
    ['SELECT tags[i:j], x]:a', ['a']],
  ])('%s', (sql, names) => {
    expect(found(sql)).toEqual(names);
  });
});

describe('the single statement', () => {
  test.each([
    ['SELECT 1', 'SELECT 1'],
    ['SELECT 1;', 'SELECT 1'],
    ['SELECT 1 ; ;\n;', 'SELECT 1'],
    ['SELECT 1; -- the end', 'SELECT 1 -- the end'],
    ['SELECT 1; -- the end; really\n', 'SELECT 1 -- the end; really'],
    ['SELECT 1 -- one;\n;\n/* that is; all */ ;', 'SELECT 1 -- one;\n\n/* that is; all */'],
    ['SELECT 1; /* a /* b; */ c; */', 'SELECT 1 /* a /* b; */ c; */'],
    ["SELECT ';', $$;$$, \";\", E'\\';';", "SELECT ';', $$;$$, \";\", E'\\';'"],
    ['-- what it is;\nSELECT 1;', '-- what it is;\nSELECT 1'],
    ['SELECT 1 -- the end', 'SELECT 1 -- the end'],
  ])('%j', (sql, text) => {
    expect(readStatement(sql)).toEqual({ text, secondAt: undefined, isEmpty: false });
  });

  test.each([
    ['SELECT 1; SELECT 2', 'SELECT 2'],
    ['SELECT 1; -- one\n/* two */ SELECT 2;', 'SELECT 2;'],
    ['; SELECT 1', 'SELECT 1'],
    ["SELECT 1;;'", "'"],
  ])('%j has a second one', (sql, second) => {
    expect(sql.slice(readStatement(sql).secondAt)).toBe(second);
  });

  test.each(['', ' \n', ';', '-- only a comment', '/* only\n; a comment */ ; -- and another'])(
    '%j is empty',
    (sql) => {
      expect(readStatement(sql).isEmpty).toBe(true);
    },
  );
});

test('offsets are those of the whole parameter', () => {
  const sql = "SELECT ':a', :bee || :cee_2";
  expect(scanParameters(sql).map(({ start, end }) => sql.slice(start, end))).toEqual([':bee', ':cee_2']);
});

/** A piece of SQL, and the parameters that are in it. */
interface Element {
  readonly sql: string;
  readonly names: readonly string[];
}

// Texts that are as nasty as can be within their quotes.
const nasty = fc
  .array(
    fc.constantFrom(
      ':inside',
      "'",
      '"',
      '\\',
      '\n',
      '$',
      '$$',
      '$t$',
      '--',
      '/*',
      '*/',
      '::',
      ' ',
      'é',
      '🐛',
      'e',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const quiet = (sql: string): Element => ({ sql, names: [] });

const blockComment = fc.letrec<{ comment: string }>((tie) => ({
  comment: fc
    .tuple(
      nasty.map((text) => text.replace(/\/\*|\*\//g, '').replace(/^\*|[*/]+$|^\//g, '')),
      fc.option(tie('comment')),
    )
    .map(([text, inner]) => `/* ${text} ${inner ?? ''} */`),
})).comment;

const elements: readonly fc.Arbitrary<Element>[] = [
  nasty.map((text) => quiet(`'${text.replaceAll("'", "''")}'`)),
  nasty.map((text) => quiet(`E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)),
  nasty.map((text) => quiet(`e'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`)),
  nasty.map((text) => quiet(`"${text.replaceAll('"', '""')}"`)),
  nasty.map((text) => quiet(`$$${text.replaceAll('$', '')}$$`)),
  nasty.map((text) => quiet(`$quote_1$${text}$quote_1$`)),
  nasty.map((text) => quiet(`--${text.replaceAll('\n', ' ')}\n`)),
  blockComment.map(quiet),
  fc
    .constantFrom(
      'SELECT',
      'a::text',
      'b :: int[]',
      'x$y',
      'name',
      '(',
      ',',
      '\n',
      '1.5',
      '$1',
      '- 1',
      'a / b * c',
    )
    .map(quiet),
  fc.constantFrom('now', 'time_zone', 'x', '_y1').map((name) => ({ sql: `:${name}`, names: [name] })),
  fc.constantFrom('now', 'since').map((name) => ({ sql: `(:${name}::date-:${name})`, names: [name, name] })),
];

test('in any mixture those outside are found, those inside never', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(...elements), { maxLength: 30 }), (mixture) => {
      expect(found(mixture.map(({ sql }) => sql).join(' '))).toEqual(mixture.flatMap(({ names }) => names));
    }),
    { numRuns: 1000 },
  );
});

test('any text at all is scanned, and its parameters are where it says', () => {
  fc.assert(
    fc.property(nasty, nasty, (a, b) => {
      const sql = `${a} :x ${b}`;
      for (const { name, start, end } of scanParameters(sql)) expect(sql.slice(start, end)).toBe(`:${name}`);
    }),
  );
});
