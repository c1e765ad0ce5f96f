import { html } from '../../../base/html.js';
import type { Palette } from '../../../base/palette.js';
import { printable } from '../../lettering/printable.js';
import { fitted } from '../../lettering/wrap.js';
import type { SectionResult } from '../../result.js';
import { type Figure, figuresOf } from '../figures.js';
import type { PrintContext } from '../print-context.js';
import { type Block, card, stack, svgText, type TextStyle, textBlock } from './block.js';

const GAP = 16;
const PADDING = 14;
const MOST_IN_A_ROW = 4;

/** Numbers beside each other, with what they were before. @throws BugflowError */
export function tilesBlock(section: SectionResult, context: PrintContext): Block {
  const { width, timeZone, palette } = context;
  const figures = figuresOf(section, timeZone);
  const inRow = Math.min(MOST_IN_A_ROW, figures.length);
  const tileWidth = (width - GAP * (inRow - 1)) / inRow;
  const contents = figures.map((figure) => figureBlock(figure, tileWidth - 2 * PADDING, context));
  const rows: Block[] = [];
  for (let first = 0; first < contents.length; first += inRow) {
    const row = contents.slice(first, first + inRow);
    const height = Math.max(...row.map((block) => block.height));
    const tiles = row.map((block) => card({ ...block, height }, tileWidth, PADDING, palette));
    rows.push({
      height: tiles[0]?.height ?? 0,
      draw: (left, top) => html`${tiles.map((tile, i) => tile.draw(left + i * (tileWidth + GAP), top))}`,
    });
  }
  return stack(rows, GAP);
}

function figureBlock(figure: Figure, width: number, { fonts, palette }: PrintContext): Block {
  const { regular, bold } = fonts;
  const soft: TextStyle = { size: 13, color: palette.soft, font: regular };
  const large: TextStyle = { size: 26, color: palette.ink, font: bold, isBold: true };
  const text = fitted(printable(figure.text, bold), { ...large, width });
  return stack(
    [
      textBlock(printable(figure.column.title, regular), soft, { width, mostLines: 2 }),
      { height: 34, draw: (left, top) => svgText(text, left, top + 27, large) },
      ...(figure.before === undefined ? [] : [beforeBlock(figure.before, figure.word, width, soft, palette)]),
    ],
    2,
  );
}

/** `before: 12, better`, the word with its colour. */
function beforeBlock(
  before: string,
  word: Figure['word'],
  width: number,
  soft: TextStyle,
  palette: Palette,
): Block {
  const { font, size } = soft;
  const space = word === undefined ? 0 : font.width(`, ${word}`, size);
  const said = fitted(`before: ${printable(before, font)}`, {
    font,
    size,
    width: Math.max(1, width - space),
  });
  const color = word === 'better' ? palette.good : palette.bad;
  return {
    height: 18,
    draw: (left, top) =>
      html`${svgText(word === undefined ? said : `${said},`, left, top + 14, soft)}${word && svgText(word, left + font.width(`${said}, `, size), top + 14, { ...soft, color })}`,
  };
}
