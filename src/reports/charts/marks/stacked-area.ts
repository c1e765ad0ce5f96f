import { html } from '../../../base/html.js';
import { axes } from '../axes.js';
import type { ChartData, Series } from '../data.js';
import { type Drawing, linesBelow, seriesClass, seriesLegend, xTitle, yTitle } from '../drawing.js';
import { frame } from '../frame.js';
import { areaPath } from '../path.js';
import { positionScale } from '../position-scale.js';
import { strips } from '../strips.js';
import { valueScale } from '../value-scale.js';

/** A series on top of those before it. */
export interface Layer {
  readonly name: string;
  /** Its own value at each x. */
  readonly values: readonly number[];
  /** From where to where it reaches. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Puts each series on those before it, at each of the ascending xs; where it has no value, it is 0. */
export function stacked(series: readonly Series[], xs: readonly number[]): Layer[] {
  let ground: readonly number[] = xs.map(() => 0);
  return series.map(({ name, points }) => {
    const sums = new Map<number, number>();
    for (const { x, y } of points) sums.set(x, (sums.get(x) ?? 0) + y);
    const values = xs.map((x) => sums.get(x) ?? 0);
    const from = ground;
    const to = values.map((value, i) => (from[i] ?? 0) + value);
    ground = to;
    return { name, values, from, to };
  });
}

/** Areas on top of one another: the highest line is the sum of all. The first series lies on the ground. */
export function drawStackedArea(data: ChartData): Drawing {
  const plot = frame({ linesBelow: linesBelow(data) });
  const column = data.series[0]?.column;
  const x = positionScale(data, plot);
  const all = new Map(
    data.series.flatMap(({ points }) => points.map((point) => [point.x, point.row] as const)),
  );
  const xs = onePerPixel(
    [...all.keys()].sort((a, b) => a - b),
    x.at,
  );
  const layers = stacked(data.series, xs);
  const y = valueScale(
    layers.flatMap(({ to }) => to),
    { unit: column?.unit ?? 'number', range: [plot.bottom, plot.top], isFromZero: true, count: 5 },
  );
  const marks = layers.map(({ from, to }, i) => {
    // A single moment is as wide as the plot: an area without width could not be seen.
    const lefts = xs.length === 1 ? [plot.left, plot.right] : xs.map(x.at);
    const line = (values: readonly number[]) =>
      lefts.map((left, at) => ({ left, top: y.at(values[Math.min(at, xs.length - 1)] ?? 0) }));
    return html`<path class="layer ${seriesClass(i)}" d="${areaPath(line(to), line(from))}"/>
`;
  });
  const tips = xs.map((each, i) => ({
    left: x.at(each),
    // From the top downwards, as they are seen.
    lines: [
      data.text(all.get(each) ?? 0, data.x),
      ...layers
        .map(({ name, values }) => `${name}: ${column ? data.valueText(values[i] ?? 0, column) : ''}`)
        .reverse(),
    ],
  }));
  const { width, height } = plot;
  return {
    ...{ width, height, legend: seriesLegend(data).reverse() },
    content: html`${marks}${axes(plot, x, y, { x: xTitle(data), y: yTitle(data) })}${strips(plot, tips)}`,
  };
}

function onePerPixel(xs: readonly number[], at: (x: number) => number): number[] {
  return xs.filter((x, i) => {
    const next = xs[i + 1];
    return next === undefined || Math.floor(at(x)) !== Math.floor(at(next));
  });
}
