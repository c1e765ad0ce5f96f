import { html } from '../../../base/html.js';
import { columnWidths } from '../../lettering/column-widths.js';
import { wrapped } from '../../lettering/wrap.js';
import type { SectionResult } from '../../result.js';
import type { PrintContext } from '../print-context.js';
import { tableText, wantedWidths } from '../table-text.js';
import { type Block, svgText, type TextStyle } from './block.js';

export interface TableContext extends PrintContext {
  readonly mostRows: number;
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
  section: SectionResult,
  { width, timeZone, mostRows, fonts, palette }: TableContext,
): Block {
  const { regular, bold } = fonts;
  const texts = tableText(section, { timeZone, mostRows, mostLetters: MOST_LETTERS, fonts });
  const wanted = wantedWidths(texts, section, fonts, { size: SIZE, titleSize: HEADER_SIZE, gap: GAP });
  const widths = columnWidths(wanted, width + GAP);
  const header: TextStyle = { size: HEADER_SIZE, color: palette.soft, isBold: true, font: bold };
  const body: TextStyle = { size: SIZE, color: palette.ink, font: regular };
  const lefts = widths.map((_, i) => widths.slice(0, i).reduce((sum, each) => sum + each, 0));
  const line = (cellTexts: readonly string[], style: TextStyle): Block => {
    const cells = cellTexts.map((text, i) =>
      wrapped(text, { ...style, width: Math.max(1, (widths[i] ?? 0) - GAP) + 0.5, mostLines: MOST_LINES }),
    );
    const height = Math.max(1, ...cells.map((lines) => lines.length)) * LINE + 2 * PADDING;
    return {
      height,
      draw: (left, top) => html`${cells.map((lines, i) => {
        const isRight = texts.isRight[i] === true;
        const from = left + (lefts[i] ?? 0) + (isRight ? (widths[i] ?? 0) - GAP : 0);
        return lines.map((each, at) =>
          svgText(each, from, top + PADDING + at * LINE + 13, style, isRight ? 'end' : 'start'),
        );
      })}<path d="M${left} ${top + height - 0.5}h${width}" stroke="${palette.line}"/>
`,
    };
  };
  const lines = [line(texts.titles, header), ...texts.rows.map((row) => line(row, body))];
  const more = moreRows(section.rows.length - texts.rows.length, section.isCut);
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
