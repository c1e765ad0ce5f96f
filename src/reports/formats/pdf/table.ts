import type { Content, TableCell } from 'pdfmake/interfaces.js';
import { columnWidths } from '../../lettering/column-widths.js';
import type { Fonts } from '../../lettering/fonts.js';
import { wrapped } from '../../lettering/wrap.js';
import type { SectionResult } from '../../result.js';
import type { LinkOf } from '../links.js';
import type { PrintContext } from '../print-context.js';
import { tableText, wantedWidths } from '../table-text.js';
import { linkTo } from './link-to.js';

export interface TableContext extends PrintContext {
  readonly linkOf: LinkOf;
}

/** Of one table: nobody reads more on paper, and layout takes time. */
const MOST_ROWS = 500;
const MOST_LINES = 3000;
const MOST_LETTERS = 20_000;
const GAP = 8;

/** The rows as a table, whose header stands on each page; with a sentence where there are more. @throws BugflowError */
export function pdfTable(
  section: SectionResult,
  { width, timeZone, linkOf, fonts, palette }: TableContext,
): Content[] {
  const { definition, rows, isCut } = section;
  const { columns } = definition;
  const { regular, bold } = fonts;
  const size = columns.length > 12 ? 5.5 : columns.length > 8 ? 6.5 : 8;
  const texts = tableText(section, { timeZone, mostRows: MOST_ROWS, mostLetters: MOST_LETTERS, fonts });
  const wanted = wantedWidths(texts, section, fonts, { size, titleSize: size, gap: GAP + 1 });
  const widths = columnWidths(wanted, width).map((each) => each - GAP);
  const cell = (text: string, i: number, font: Fonts['regular']): string[] =>
    wrapped(text, { font, size, width: Math.max(1, widths[i] ?? 0) });
  const body: TableCell[][] = [];
  let lines = 0;
  for (const [at, row] of texts.rows.entries()) {
    const cells = row.map((text, i) => cell(text, i, regular));
    lines += Math.max(1, ...cells.map((each) => each.length));
    if (at > 0 && lines > MOST_LINES) break;
    body.push(
      cells.map((each, i) => {
        const column = columns[i];
        const address = column && linkOf(column, columns, rows[at] ?? []);
        return {
          ...linesOf(each),
          ...(texts.isRight[i] && { alignment: 'right' as const }),
          ...(address !== undefined && { ...linkTo(address), color: palette.accent }),
        };
      }),
    );
  }
  const header: TableCell[] = texts.titles.map((title, i) => {
    return {
      ...linesOf(cell(title, i, bold)),
      bold: true,
      color: palette.soft,
      ...(texts.isRight[i] && { alignment: 'right' as const }),
    };
  });
  const isShort = isCut || body.length < rows.length;
  return [
    {
      table: { headerRows: 1, keepWithHeaderRows: 1, widths, body: [header, ...body] },
      layout: {
        hLineWidth: (line) => (line === 0 ? 0 : 0.5),
        vLineWidth: () => 0,
        hLineColor: () => palette.line,
        paddingLeft: () => 0,
        paddingRight: () => GAP,
        paddingTop: () => 2.5,
        paddingBottom: () => 2.5,
      },
      fontSize: size,
      noWrap: true,
    },
    ...(isShort
      ? [
          {
            text: `Only the first ${body.length} rows${body.length < rows.length ? '; the other formats have more' : ''}.`,
            style: 'soft',
            margin: [0, 4, 0, 0] as [number, number, number, number],
          },
        ]
      : []),
  ];
}

/** Each in a paragraph of its own, so that nothing but `wrapped` breaks lines: it takes very long words in its stride. */
function linesOf(lines: readonly string[]) {
  return lines.length === 1 ? { text: lines[0] ?? '' } : { stack: lines.map((text) => ({ text })) };
}
