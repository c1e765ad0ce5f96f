import type { WantedWidth } from '../lettering/column-widths.js';
import type { Fonts } from '../lettering/fonts.js';
import { printable } from '../lettering/printable.js';
import type { Font } from '../lettering/true-type.js';
import type { SectionResult } from '../result.js';
import { isNumeric } from '../units.js';
import { formatValue } from '../values.js';

/** What a table says, as far as a font can show it. */
export interface TableText {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether a column's values stand at the right. */
  readonly isRight: readonly boolean[];
}

export interface TableTextOptions {
  readonly timeZone: string;
  readonly mostRows: number;
  /** Of a cell; a longer text ends in `…`. */
  readonly mostLetters: number;
  readonly fonts: Fonts;
}

/** @throws BugflowError */
export function tableText(
  { definition, rows }: SectionResult,
  { timeZone, mostRows, mostLetters, fonts }: TableTextOptions,
): TableText {
  const { columns } = definition;
  return {
    titles: columns.map(({ title }) => printable(title, fonts.bold)),
    rows: rows.slice(0, mostRows).map((row) =>
      columns.map((column, i) => {
        const text = formatValue(row[i] ?? null, column, definition, timeZone);
        return printable(text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text, fonts.regular);
      }),
    ),
    isRight: columns.map(({ unit }) => isNumeric(unit)),
  };
}

/** What each column would like to have, with a gap; numbers and times are not broken. */
export function wantedWidths(
  { titles, rows }: TableText,
  { definition }: SectionResult,
  fonts: Fonts,
  { size, titleSize, gap }: { readonly size: number; readonly titleSize: number; readonly gap: number },
): WantedWidth[] {
  return definition.columns.map(({ unit }, i) => {
    const title = titles[i] ?? '';
    let whole = fonts.bold.width(title, titleSize);
    let least = widestWord(title, fonts.bold, titleSize);
    for (const row of rows) {
      const text = row[i] ?? '';
      const width = fonts.regular.width(text, size);
      whole = Math.max(whole, width);
      least = Math.max(least, unit === 'text' ? widestWord(text, fonts.regular, size) : width);
    }
    return { whole: whole + gap, least: least + gap };
  });
}

function widestWord(text: string, font: Font, size: number): number {
  return text.split(' ').reduce((most, word) => Math.max(most, font.width(word, size)), 0);
}
