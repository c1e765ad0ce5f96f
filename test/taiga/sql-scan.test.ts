import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanParameters } from '../../src/taiga/sql/scan.js';

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
    ['a lonely colon', "SELECT :, a[1:2], ':', :yes"],
  ])('%s', (_name, sql) => {
    expect(found(sql)).not.toContain('no');
    expect(found(sql)).toEqual(sql.includes(':yes') ? ['yes'] : []);
  });
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
