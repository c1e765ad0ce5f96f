import { type Html, html } from '../../base/html.js';
import { type Frame, LETTER_WIDTH, LINE_HEIGHT, rounded } from './frame.js';
import type { PositionScale } from './position-scale.js';
import type { Tick } from './scale.js';
import { shortened } from './short-text.js';
import type { ValueScale } from './value-scale.js';

export interface AxisTitles {
  /** Below the horizontal axis; empty: its ticks say it. */
  readonly x: string;
  readonly y: string;
}

/** The grid with its numbers, and what stands along the ground. */
export function axes(frame: Frame, x: PositionScale, y: ValueScale, titles: AxisTitles): Html {
  const ground = y.at(0);
  return html`<g class="axis">${y.ticks.map(({ at, label }) => {
    const top = rounded(at);
    return html`<path class="${at === ground ? 'ground' : 'grid'}" d="M${frame.left} ${top}H${frame.right}"/><text x="${frame.left - 8}" y="${top}" dy=".34em" text-anchor="end">${label}</text>
`;
  })}${x.ticks.map((tick, i) => tickText(frame, tick, x.isStaggered ? i % 2 : 0))}
<text x="${frame.left}" y="${frame.top - 12}">${titleOf(titles.y, y.unitName)}</text>
<text x="${frame.right}" y="${frame.bottom + 2 * LINE_HEIGHT}" text-anchor="end">${titleOf(titles.x, x.unitName)}</text></g>
`;
}

/** Below the ground, and within the picture. */
function tickText({ bottom, width }: Frame, { at, label }: Tick, line: number): Html {
  const half = (label.length * LETTER_WIDTH) / 2;
  const left = Math.max(half, Math.min(width - half, at));
  return html`<text x="${rounded(left)}" y="${bottom + LINE_HEIGHT * (line + 1)}" text-anchor="middle">${label}</text>`;
}

function titleOf(title: string, unitName: string): string {
  const isSaid = unitName === title.toLowerCase();
  const parts = [title, isSaid ? '' : unitName].filter((part) => part !== '');
  return parts.map((part) => shortened(part, 30)).join(', ');
}
