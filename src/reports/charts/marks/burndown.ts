import { html } from '../../../base/html.js';
import type { ChartData, Place, Point } from '../data.js';
import { byX, type Drawing } from '../drawing.js';
import { linePath } from '../path.js';
import { drawLines, lineMark } from './line.js';

/** What is left from day to day, beside the line on which it would fall evenly. Days to come have only that line. */
export function drawBurndown(data: ChartData): Drawing {
  const [left] = data.series;
  const ideal = left && (data.chart.ideal ?? true) ? idealLine(byX(left.points), data.places) : [];
  if (!left || ideal.length < 2) return drawLines(data, lineMark);
  const own = data.series.length;
  const series = [...data.series, { name: 'Ideal', column: left.column, points: ideal }];
  const { legend, ...drawing } = drawLines({ ...data, series }, (spots, _ground, i) =>
    i < own ? lineMark(spots) : html`<path class="level" d="${linePath(spots)}"/>`,
  );
  return {
    ...drawing,
    legend: legend.map((entry) => (entry.series === own ? { ...entry, series: undefined } : entry)),
  };
}

/** From the first value to 0 at the last place; on the way it falls where work is done. */
export function idealLine([first]: readonly Point[], places: readonly Place[]): Point[] {
  if (!first) return [];
  const after = places.filter(({ x }) => x > first.x);
  const total = workIn(after);
  let done = 0;
  return [
    first,
    ...after.map(({ x, work, row }, i) => {
      // Where no work is done at all, it falls evenly.
      done += total > 0 ? work / total : 1 / after.length;
      return { x, y: i === after.length - 1 ? 0 : first.y * Math.max(0, 1 - done), row };
    }),
  ];
}

function workIn(places: readonly Place[]): number {
  return places.reduce((sum, { work }) => sum + work, 0);
}
