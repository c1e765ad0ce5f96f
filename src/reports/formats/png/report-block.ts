import { html } from '../../../base/html.js';
import type { Palette, Theme } from '../../../base/palette.js';
import { chartPicture, type Picture } from '../../charts/picture.js';
import type { Fonts } from '../../lettering/fonts.js';
import { printable } from '../../lettering/printable.js';
import type { ReportResult, SectionResult } from '../../result.js';
import { type Block, card, stack, textBlock } from './block.js';
import { tableBlock } from './table-block.js';
import { tilesBlock } from './tiles-block.js';

export interface PictureStyle {
  readonly theme: Theme;
  readonly palette: Palette;
  readonly fonts: Fonts;
}

export const WIDTH = 1000;
const MARGIN = 28;
const PADDING = 20;
const INNER = WIDTH - 2 * MARGIN;
const CONTENT = INNER - 2 * PADDING;
const GAP = 20;
/** Of the whole picture: chats and viewers refuse larger ones. */
const MOST_HEIGHT = 4000;
const MOST_CHART_HEIGHT = 1400;
/** Of a table; a picture of one section has room for more. */
const MOST_ROWS = { alone: 40, together: 12 };

/** What was asked for, and the sections as cards, as many as there is room for. @throws BugflowError */
export function reportBlock(result: ReportResult, style: PictureStyle): Block {
  const { definition, projects, period, sections } = result;
  const { regular, bold } = style.fonts;
  const { palette } = style;
  const heading = stack(
    [
      textBlock(
        printable(definition.title, bold),
        { size: 26, color: palette.ink, isBold: true, font: bold },
        { width: INNER, mostLines: 2 },
      ),
      textBlock(
        printable(`${projects.join(', ')} – ${period.title}`, regular),
        { size: 14, color: palette.soft, font: regular },
        { width: INNER, mostLines: 3 },
      ),
    ],
    4,
  );
  const blocks = [heading];
  const note = (text: string): Block =>
    textBlock(text, { size: 14, color: palette.soft, font: regular }, { width: INNER });
  let height = heading.height;
  for (const [i, section] of sections.entries()) {
    const block = sectionBlock(section, result, style, sections.length === 1);
    height += GAP + block.height;
    if (i > 0 && height > MOST_HEIGHT - 100) {
      const rest = sections.length - i;
      blocks.push(note(`and ${rest} more ${rest === 1 ? 'section' : 'sections'} of the report`));
      break;
    }
    blocks.push(block);
  }
  const all = stack(blocks, GAP);
  return { height: all.height + 2 * MARGIN, draw: (left, top) => all.draw(left + MARGIN, top + MARGIN) };
}

function sectionBlock(
  section: SectionResult,
  result: ReportResult,
  style: PictureStyle,
  isAlone: boolean,
): Block {
  const { title, description } = section.definition;
  const { regular, bold } = style.fonts;
  const { palette } = style;
  const soft = { size: 13, color: palette.soft, font: regular };
  return card(
    stack(
      [
        textBlock(
          printable(title, bold),
          { size: 18, color: palette.ink, isBold: true, font: bold },
          { width: CONTENT, mostLines: 2 },
        ),
        ...(description === '' ? [] : [textBlock(printable(description, regular), soft, { width: CONTENT })]),
        contentBlock(section, result, style, isAlone ? MOST_ROWS.alone : MOST_ROWS.together),
      ],
      8,
    ),
    INNER,
    PADDING,
    palette,
  );
}

function contentBlock(
  section: SectionResult,
  { timeZone }: ReportResult,
  { theme, palette, fonts }: PictureStyle,
  mostRows: number,
): Block {
  const { definition, rows } = section;
  const nothing = (): Block =>
    textBlock(
      printable(definition.empty, fonts.regular),
      { size: 14, color: palette.ink, font: fonts.regular },
      { width: CONTENT },
    );
  if (rows.length === 0) return nothing();
  const context = { width: CONTENT, timeZone, mostRows, fonts, palette };
  if (definition.shape === 'numbers') return tilesBlock(section, context);
  if (definition.chart === undefined) return tableBlock(section, context);
  const picture = chartPicture(section, definition.chart, {
    timeZone,
    itemLinkOf: () => undefined,
    theme,
    fonts,
  });
  return picture === undefined ? nothing() : pictureBlock(picture);
}

/** As wide as there is room, unless it would be too high. */
function pictureBlock({ width, height, content }: Picture): Block {
  const scale = Math.min(CONTENT / width, MOST_CHART_HEIGHT / height);
  return {
    height: height * scale,
    draw: (left, top) =>
      html`<g transform="translate(${left} ${top}) scale(${scale})">${content}</g>
`,
  };
}
