import { html } from '../../../base/html.js';
import type { Palette } from '../../../base/palette.js';
import { columnWidths } from '../../lettering/column-widths.js';
import type { Fonts } from '../../lettering/fonts.js';
import { printable } from '../../lettering/printable.js';
import { wrapped } from '../../lettering/wrap.js';
import type { SectionResult } from '../../result.js';
import { isNumeric } from '../../units.js';
import { formatValue } from '../../values.js';
import { type Block, svgText, type TextStyle } from './block.js';

export interface TableContext {
  readonly width: number;
  readonly timeZone: string;
  readonly mostRows: number;
  readonly fonts: Fonts;
  readonly palette: Palette;
}

const SIZE = 13;
const HEADER_SIZE = 12;
const LINE = 18;
const GAP = 16;
const PADDING = 5;
/** Of a cell; the other formats have the whole text. */
const MOST_LINES = 3;
/** A cell has no more; longer texts do not need to be measured. */
const MOST_LETTERS = 1000;

/** The first rows as a table, with how many more there are. @throws BugflowError */
export function tableBlock(
  { definition, rows, isCut }: SectionResult,
  { width, timeZone, mostRows, fonts, palette }: TableContext,
): Block {
  const { columns } = definition;
  const { regular, bold } = fonts;
  const shown = rows.slice(0, mostRows).map((row) =>
    columns.map((column, i) => {
      const text = formatValue(row[i] ?? null, column, definition, timeZone);
      return printable(text.slice(0, MOST_LETTERS), regular);
    }),
  );
  const titles = columns.map(({ title }) => printable(title, bold));
  const widths = columnWidths(
    columns.map((_, i) => {
      const texts = shown.map((row) => row[i] ?? '');
      const title = titles[i] ?? '';
      const widest = (of: (text: string) => number, ofTitle: number): number =>
        texts.reduce((most, text) => Math.max(most, of(text)), ofTitle) + GAP;
      return {
        whole: widest((text) => regular.width(text, SIZE), bold.width(title, HEADER_SIZE)),
        least: widest(
          (text) => widestWord(text, (word) => regular.width(word, SIZE)),
          widestWord(title, (word) => bold.width(word, HEADER_SIZE)),
        ),
      };
    }),
    width + GAP,
  );
  const header: TextStyle = { size: HEADER_SIZE, color: palette.soft, isBold: true, font: bold };
  const body: TextStyle = { size: SIZE, color: palette.ink, font: regular };
  const lefts = widths.map((_, i) => widths.slice(0, i).reduce((sum, each) => sum + each, 0));
  const line = (texts: readonly string[], style: TextStyle): Block => {
    const cells = texts.map((text, i) =>
      wrapped(text, { ...style, width: Math.max(1, (widths[i] ?? 0) - GAP) + 0.5, mostLines: MOST_LINES }),
    );
    const height = Math.max(1, ...cells.map((lines) => lines.length)) * LINE + 2 * PADDING;
    return {
      height,
      draw: (left, top) => html`${cells.map((lines, i) => {
        const column = columns[i];
        const isRight = column !== undefined && isNumeric(column.unit);
        const from = left + (lefts[i] ?? 0) + (isRight ? (widths[i] ?? 0) - GAP : 0);
        return lines.map((each, at) =>
          svgText(each, from, top + PADDING + at * LINE + 13, style, isRight ? 'end' : 'start'),
        );
      })}<path d="M${left} ${top + height - 0.5}h${width}" stroke="${palette.line}"/>
`,
    };
  };
  const lines = [line(titles, header), ...shown.map((texts) => line(texts, body))];
  const rest = rows.length - shown.length;
  const more = moreRows(rest, isCut);
  const height = lines.reduce((sum, each) => sum + each.height, 0);
  return {
    height: height + (more === undefined ? 0 : LINE + 2 * PADDING),
    draw(left, top) {
      let at = top;
      return html`${lines.map((each) => {
        const drawn = each.draw(left, at);
        at += each.height;
        return drawn;
      })}${more && svgText(more, left, top + height + PADDING + 13, { ...body, color: palette.soft })}`;
    },
  };
}

function moreRows(rest: number, isCut: boolean): string | undefined {
  if (rest > 0) return `and ${rest}${isCut ? ' or more' : ''} more`;
  return isCut ? 'and more' : undefined;
}

function widestWord(text: string, width: (word: string) => number): number {
  return text.split(' ').reduce((most, word) => Math.max(most, width(word)), 0);
}
