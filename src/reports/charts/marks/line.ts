import { type Html, html } from '../../../base/html.js';
import { axes } from '../axes.js';
import type { ChartData, Series } from '../data.js';
import {
  byX,
  type Drawing,
  linesBelow,
  seriesClass,
  seriesLegend,
  valuesOf,
  xTitle,
  yTitle,
} from '../drawing.js';
import { frame, rounded } from '../frame.js';
import { linePath, type Spot } from '../path.js';
import { positionScale } from '../position-scale.js';
import { strips } from '../strips.js';
import { thinnedLine } from '../thin.js';
import { valueScale } from '../value-scale.js';

/** What is drawn of a series. */
export type LineMark = (spots: readonly Spot[], ground: number, series: number) => Html;

/** A line for each series, from value to value. */
export function drawLine(data: ChartData): Drawing {
  return drawLines(data, lineMark);
}

export const lineMark = (spots: readonly Spot[]): Html => {
  const [only] = spots;
  // A line of one value is a dot.
  if (only && spots.length === 1)
    return html`<circle cx="${rounded(only.left)}" cy="${rounded(only.top)}" r="4" fill="currentColor"/>`;
  return html`<path class="line" d="${linePath(spots)}"/>`;
};

export function drawLines(data: ChartData, mark: LineMark): Drawing {
  const plot = frame({ linesBelow: linesBelow(data) });
  const unit = data.series[0]?.column.unit ?? 'number';
  const y = valueScale(valuesOf(data), { unit, range: [plot.bottom, plot.top], isFromZero: true, count: 5 });
  const x = positionScale(data, plot);
  const marks = data.series.map(({ points }, i) => {
    const spots = byX(points).map((point) => ({ left: x.at(point.x), top: y.at(point.y) }));
    return html`<g class="${seriesClass(i)}">${mark(thinnedLine(spots), y.at(0), i)}</g>
`;
  });
  const { width, height } = plot;
  return {
    ...{ width, height, legend: seriesLegend(data) },
    content: html`${axes(plot, x, y, { x: xTitle(data), y: yTitle(data) })}${marks}${strips(plot, valuesByX(data, x.at))}`,
  };
}

function valuesByX(data: ChartData, at: (x: number) => number) {
  const found = new Map<number, string[]>();
  const say = ({ name, column, points }: Series): void => {
    for (const { x, y, row } of points) {
      const lines = found.get(x) ?? [data.text(row, data.x)];
      found.set(x, lines);
      lines.push(`${name}: ${data.valueText(y, column)}`);
    }
  };
  data.series.forEach(say);
  return [...found].sort(([a], [b]) => a - b).map(([x, lines]) => ({ left: at(x), lines }));
}
