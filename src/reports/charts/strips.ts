import { type Html, html } from '../../base/html.js';
import { type Frame, rounded } from './frame.js';
import { tooltip } from './tooltip.js';

/** What there is to say about an x. */
export interface Strip {
  readonly left: number;
  readonly lines: readonly string[];
}

/** Nobody points at less. */
const LEAST_WIDTH = 2;

/** Invisible strips from the top to the ground, up to halfway to the next one, which say the values of all series there. */
export function strips({ left, right, top, bottom }: Frame, all: readonly Strip[]): Html {
  const shown: Strip[] = [];
  for (const strip of all) {
    const before = shown.at(-1);
    if (before === undefined || strip.left - before.left >= LEAST_WIDTH) shown.push(strip);
  }
  return html`<g class="strips">${shown.map((strip, i) => {
    const from = i === 0 ? left : ((shown[i - 1]?.left ?? 0) + strip.left) / 2;
    const to = i === shown.length - 1 ? right : (strip.left + (shown[i + 1]?.left ?? 0)) / 2;
    return html`<rect x="${rounded(from)}" y="${top}" width="${rounded(to - from)}" height="${bottom - top}">${tooltip(strip.lines)}</rect>
`;
  })}</g>`;
}
