import type { Content, TableCell } from 'pdfmake/interfaces.js';
import type { Palette } from '../../../base/palette.js';
import { columnWidths } from '../../lettering/column-widths.js';
import type { Fonts } from '../../lettering/fonts.js';
import { printable } from '../../lettering/printable.js';
import { wrapped } from '../../lettering/wrap.js';
import type { SectionResult } from '../../result.js';
import { isNumeric } from '../../units.js';
import { formatValue } from '../../values.js';
import type { LinkOf } from '../links.js';

export interface TableContext {
  readonly width: number;
  readonly timeZone: string;
  readonly linkOf: LinkOf;
  readonly fonts: Fonts;
  readonly palette: Palette;
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
  const texts = rows
    .slice(0, MOST_ROWS)
    .map((row) =>
      columns.map((column, i) =>
        printable(formatValue(row[i] ?? null, column, definition, timeZone).slice(0, MOST_LETTERS), regular),
      ),
    );
  const titles = columns.map(({ title }) => printable(title, bold));
  const widths = columnWidths(
    columns
      .map((_, i) => {
        const cells = texts.map((row) => row[i] ?? '');
        const title = titles[i] ?? '';
        const word = (text: string): number =>
          text.split(' ').reduce((most, each) => Math.max(most, regular.width(each, size)), 0);
        return {
          whole: cells.reduce(
            (most, text) => Math.max(most, regular.width(text, size)),
            bold.width(title, size),
          ),
          least: Math.min(
            width / 3,
            cells.reduce((most, text) => Math.max(most, word(text)), word(title) * 1.15),
          ),
        };
      })
      .map(({ whole, least }) => ({ whole: Math.max(whole, least) + GAP + 1, least: least + GAP + 1 })),
    width,
  ).map((each) => each - GAP);
  const cell = (text: string, i: number, font: Fonts['regular']): string[] =>
    wrapped(text, { font, size, width: Math.max(1, widths[i] ?? 0) });
  const body: TableCell[][] = [];
  let lines = 0;
  for (const [at, row] of texts.entries()) {
    const cells = row.map((text, i) => cell(text, i, regular));
    lines += Math.max(1, ...cells.map((each) => each.length));
    if (at > 0 && lines > MOST_LINES) break;
    body.push(
      cells.map((each, i) => {
        const column = columns[i];
        const address = column && linkOf(column, columns, rows[at] ?? []);
        return {
          text: each.join('\n'),
          ...(column && isNumeric(column.unit) && { alignment: 'right' as const }),
          ...(address !== undefined && { link: address, color: palette.accent }),
        };
      }),
    );
  }
  const header: TableCell[] = titles.map((title, i) => {
    const column = columns[i];
    return {
      text: cell(title, i, bold).join('\n'),
      bold: true,
      color: palette.soft,
      ...(column && isNumeric(column.unit) && { alignment: 'right' as const }),
    };
  });
  const isShort = isCut || body.length < rows.length;
  return [
    {
      table: { headerRows: 1, widths, body: [header, ...body] },
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
