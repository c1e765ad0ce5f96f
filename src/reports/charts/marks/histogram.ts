import { html } from '../../../base/html.js';
import { axes } from '../axes.js';
import type { ChartData } from '../data.js';
import { type Drawing, seriesClass } from '../drawing.js';
import { frame } from '../frame.js';
import { extent, niceRange } from '../nice.js';
import { axisUnit, valueScale } from '../value-scale.js';
import { standingBar } from './bar.js';

const BINS = 20;

export interface Bin {
  /** Both in the column's own unit; `to` is part of the last bin only. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Counts the values in about so many bins with round bounds, in numbers of `divisor`. */
export function binned(values: readonly number[], bins: number, divisor: number): Bin[] {
  const [low, high] = extent(values);
  const { ticks } = niceRange(low / divisor, high / divisor, bins);
  const counts = ticks.slice(1).map(() => 0);
  const [first = 0, last = 1] = [ticks[0], ticks.at(-1)];
  for (const value of values) {
    const place = Math.floor(((value / divisor - first) / (last - first)) * counts.length + 1e-9);
    const bin = Math.max(0, Math.min(counts.length - 1, place));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, i) => ({
    from: (ticks[i] ?? 0) * divisor,
    to: (ticks[i + 1] ?? 0) * divisor,
    count,
  }));
}

/** How many rows have a value of about that size. */
export function drawHistogram(data: ChartData): Drawing {
  const plot = frame({ linesBelow: 2 });
  const values = data.series.flatMap(({ points }) => points.map(({ x }) => x));
  const [low, high] = extent(values);
  const { divisor } = axisUnit(data.x.unit, Math.max(Math.abs(low), Math.abs(high)));
  const bins = binned(values, data.chart.bins ?? BINS, divisor);
  const x = valueScale(
    bins.flatMap(({ from, to }) => [from, to]),
    { unit: data.x.unit, range: [plot.left, plot.right], isFromZero: false, count: 6 },
  );
  const y = valueScale(
    bins.map(({ count }) => count),
    { unit: 'items', range: [plot.bottom, plot.top], isFromZero: true, count: 5 },
  );
  const marks = bins.map(({ from, to, count }) => {
    const left = x.at(from);
    const text = (value: number): string => data.valueText(value, data.x);
    const lines = [`${text(from)} to ${text(to)}`, `${count}`];
    const width = Math.max(1, x.at(to) - left - 1);
    return standingBar(plot, { left, width, top: y.at(count), ground: y.at(0), lines });
  });
  const { width, height } = plot;
  return {
    ...{ width, height, legend: [] },
    content: html`${axes(plot, { ...x, band: 0, isStaggered: false }, { ...y, unitName: '' }, { x: data.x.title, y: 'Count' })}<g class="${seriesClass(0)}">${marks}</g>`,
  };
}
