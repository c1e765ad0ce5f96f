import type { Content, TableCell } from 'pdfmake/interfaces.js';
import { printable } from '../../lettering/printable.js';
import { fitted, wrapped } from '../../lettering/wrap.js';
import type { SectionResult } from '../../result.js';
import { figuresOf } from '../figures.js';
import type { LinkOf } from '../links.js';
import type { PrintContext } from '../print-context.js';
import { linkTo } from './link-to.js';

export interface TilesContext extends PrintContext {
  readonly linkOf: LinkOf;
}

const MOST_IN_A_ROW = 4;
const PADDING = 8;
const NO_TILE: TableCell = { text: '', border: [false, false, false, false] };

/** Numbers beside each other, with what they were before. @throws BugflowError */
export function pdfTiles(section: SectionResult, context: TilesContext): Content[] {
  const { width, timeZone, linkOf, fonts, palette } = context;
  const { columns } = section.definition;
  const figures = figuresOf(section, timeZone);
  const inRow = Math.min(MOST_IN_A_ROW, figures.length);
  const tileWidth = width / inRow - 2 * PADDING - 1;
  const tiles = figures.map(({ column, text, before, word }): TableCell => {
    const title = wrapped(printable(column.title, fonts.regular), {
      ...{ font: fonts.regular, size: 8, width: tileWidth, mostLines: 2 },
    });
    const address = linkOf(column, columns, section.rows[0] ?? []);
    return {
      stack: [
        { text: title.join('\n'), style: 'soft' },
        {
          text: fitted(printable(text, fonts.bold), { font: fonts.bold, size: 16, width: tileWidth }),
          ...{ fontSize: 16, bold: true, margin: [0, 2, 0, 2] },
          ...(address !== undefined && linkTo(address)),
        },
        ...(before === undefined
          ? []
          : [
              {
                style: 'soft',
                text: [
                  `before: ${printable(before, fonts.regular)}${word === undefined ? '' : ', '}`,
                  ...(word === undefined
                    ? []
                    : [{ text: word, color: word === 'better' ? palette.good : palette.bad }]),
                ],
              },
            ]),
      ],
    };
  });
  const body: TableCell[][] = [];
  for (let first = 0; first < tiles.length; first += inRow) {
    const row = tiles.slice(first, first + inRow);
    body.push([...row, ...Array.from({ length: inRow - row.length }, () => NO_TILE)]);
  }
  return [
    {
      table: { widths: Array.from({ length: inRow }, () => tileWidth), body, dontBreakRows: true },
      layout: {
        hLineWidth: () => 0.5,
        vLineWidth: () => 0.5,
        hLineColor: () => palette.line,
        vLineColor: () => palette.line,
        paddingLeft: () => PADDING,
        paddingRight: () => PADDING,
        paddingTop: () => 6,
        paddingBottom: () => 6,
      },
    },
  ];
}
