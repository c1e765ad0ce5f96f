import { type Html, html } from '../../../base/html.js';
import type { Palette } from '../../../base/palette.js';
import type { Font } from '../../lettering/true-type.js';
import { type WrapOptions, wrapped } from '../../lettering/wrap.js';

/** A rectangle of a picture whose height is known before it is drawn. */
export interface Block {
  readonly height: number;
  draw(left: number, top: number): Html;
}

export interface TextStyle {
  readonly size: number;
  readonly color: string;
  readonly isBold?: boolean;
  readonly font: Font;
}

/** Lines of text below one another. */
export function textBlock(
  text: string,
  style: TextStyle,
  { width, mostLines }: Pick<WrapOptions, 'width' | 'mostLines'>,
): Block {
  const lines = wrapped(text, { ...style, width, ...(mostLines !== undefined && { mostLines }) });
  const lineHeight = Math.round(style.size * 1.4);
  return {
    height: lines.length * lineHeight,
    draw: (left, top) =>
      html`${lines.map((line, i) => svgText(line, left, top + i * lineHeight + style.size * 1.05, style))}`,
  };
}

export function svgText(
  text: string,
  left: number,
  baseline: number,
  { size, color, isBold = false }: TextStyle,
  anchor: 'start' | 'end' = 'start',
): Html {
  return html`<text x="${round(left)}" y="${round(baseline)}" font-size="${size}" fill="${color}"${isBold ? html` font-weight="bold"` : undefined}${anchor === 'end' ? html` text-anchor="end"` : undefined}>${text}</text>
`;
}

/** Blocks below one another. */
export function stack(blocks: readonly Block[], gap: number): Block {
  const height = blocks.reduce((sum, block) => sum + block.height, 0) + gap * Math.max(0, blocks.length - 1);
  return {
    height,
    draw(left, top) {
      let at = top;
      return html`${blocks.map((block) => {
        const drawn = block.draw(left, at);
        at += block.height + gap;
        return drawn;
      })}`;
    },
  };
}

/** A block on a card with a border. */
export function card(block: Block, width: number, padding: number, palette: Palette): Block {
  const height = block.height + 2 * padding;
  return {
    height,
    draw: (
      left,
      top,
    ) => html`<rect x="${round(left + 0.5)}" y="${round(top + 0.5)}" width="${width - 1}" height="${round(height - 1)}" rx="8" fill="${palette.card}" stroke="${palette.line}"/>
${block.draw(left + padding, top + padding)}`,
  };
}

function round(coordinate: number): number {
  return Math.round(coordinate * 100) / 100;
}
