import { beforeAll, describe, expect, test } from 'vitest';
import { columnWidths } from '../../src/reports/lettering/column-widths.js';
import { type Fonts, loadFonts } from '../../src/reports/lettering/fonts.js';
import { printable } from '../../src/reports/lettering/printable.js';
import { wrapped } from '../../src/reports/lettering/wrap.js';
import { HOSTILE } from './made-up-result.js';

let fonts: Fonts;
beforeAll(async () => {
  fonts = await loadFonts();
});

test('letters are as wide as the font says', () => {
  // Of DejaVu Sans, in units of 2048 for an em.
  expect(fonts.regular.width('i', 2048)).toBe(569);
  expect(fonts.regular.width('mi', 2048)).toBe(1995 + 569);
  expect(fonts.bold.width('i', 2048)).toBe(702);
});

describe('what a font can show', () => {
  test.each([
    ['a\tb\n\nc', 'a b c'],
    ['ж é ß “', 'ж é ß “'],
    ['完成', '\ufffd\ufffd'],
    ['a\u0000b', 'a\ufffdb'],
    ['\ud800', '\ufffd'],
    ['\u202eabc\u2066', 'abc'],
    ['a\u200bb\ufeff', 'ab'],
  ])('of %j: %j', (text, shown) => {
    expect(printable(text, fonts.regular)).toBe(shown);
  });
});

describe('lines', () => {
  test.each([...HOSTILE, 'word '.repeat(100).trim(), 'x'.repeat(10_000), ''])(
    'of %.40j fit, and nothing is lost',
    (text) => {
      const shown = printable(text, fonts.regular);
      const lines = wrapped(shown, { font: fonts.regular, size: 10, width: 100 });
      for (const line of lines) expect(fonts.regular.width(line, 10)).toBeLessThanOrEqual(100);
      expect(lines.join('').replaceAll(' ', '')).toBe(shown.replaceAll(' ', ''));
    },
  );

  test('end in a mark where there is no room for more', () => {
    const lines = wrapped('word '.repeat(100), { font: fonts.regular, size: 10, width: 100, mostLines: 2 });
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/…$/);
    expect(fonts.regular.width(lines[1] ?? '', 10)).toBeLessThanOrEqual(100);
  });
});

describe('columns', () => {
  test.each([
    [
      'get what they want, and what is left',
      [
        [10, 5],
        [30, 5],
      ],
      80,
      [20, 60],
    ],
    [
      'share by what they lack',
      [
        [10, 10],
        [110, 30],
      ],
      80,
      [10, 70],
    ],
    [
      'break words in the wide ones',
      [
        [10, 10],
        [900, 900],
        [900, 900],
      ],
      80,
      [10, 35, 35],
    ],
  ] as const)('%s', (_, wanted, width, widths) => {
    expect(
      columnWidths(
        wanted.map(([whole, least]) => ({ whole, least })),
        width,
      ),
    ).toEqual(widths);
  });
});
