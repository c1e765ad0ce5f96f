import type { Html } from '../../base/html.js';
import type { ChartData, Point } from './data.js';

/** What a kind of mark makes of the data. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly content: Html;
  readonly legend: readonly LegendEntry[];
}

/** What a colour, or a line, means. */
export interface LegendEntry {
  readonly name: string;
  /** The number of the series; undefined: a dashed line. */
  readonly series: number | undefined;
}

/** The names of the series; one alone needs none, as the axis says what it is. */
export function seriesLegend({ series }: ChartData): LegendEntry[] {
  return series.length < 2 ? [] : series.map(({ name }, i) => ({ name, series: i }));
}

export function yTitle({ series }: ChartData): string {
  const columns = new Set(series.map(({ column }) => column));
  return columns.size === 1 ? (series[0]?.column.title ?? '') : '';
}

/** Dates say themselves what they are. */
export function xTitle({ x, xKind }: ChartData): string {
  return xKind === 'number' ? x.title : '';
}

export function linesBelow({ xKind }: ChartData): number {
  return xKind === 'time' ? 1 : 2;
}

export function* valuesOf({ series }: ChartData): Iterable<number> {
  for (const { points } of series) for (const { y } of points) yield y;
}

export function byX(points: readonly Point[]): Point[] {
  return points.toSorted((a, b) => a.x - b.x);
}

/** What CSS colours a series by: eight colours, and then the same with dashes. */
export function seriesClass(index: number): string {
  return `s${index % 8}${index % 16 < 8 ? '' : ' dashed'}`;
}
