import { html } from '../../../base/html.js';
import type { ChartData } from '../data.js';
import type { Drawing } from '../drawing.js';
import { areaPath } from '../path.js';
import { drawLines, lineMark } from './line.js';

/** A line for each series, with a shade down to the ground. */
export function drawArea(data: ChartData): Drawing {
  return drawLines(data, (spots, ground) => {
    const onGround = spots.map(({ left }) => ({ left, top: ground }));
    return html`<path class="shade" d="${areaPath(spots, onGround)}"/>${lineMark(spots)}`;
  });
}
