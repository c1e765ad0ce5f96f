import {
  type ChartContent,
  chartBlock,
  MAX_CHART_POINTS,
  MAX_CHART_SERIES,
} from '../../slack/chart-block.js';
import { type ChartData, readChart, type Series } from '../charts/data.js';
import type { ChartType } from '../charts/definition.js';
import { stacked } from '../charts/marks/stacked-area.js';
import type { SectionResult } from '../result.js';
import { durationUnit, type Unit } from '../units.js';

/** A chart as Slack draws it, and in words what it leaves out. */
export interface SlackChart {
  readonly block: ReturnType<typeof chartBlock>;
  readonly notes: readonly string[];
}

/** What Slack draws; it has no points, no limits and no ideal line. */
const TYPES: Partial<Record<ChartType, ChartContent['type']>> = {
  ...{ line: 'line', area: 'area', stacked_area: 'area', bar: 'bar' },
};

/** Undefined where Slack draws no such chart. @throws BugflowError for a value that does not fit its unit */
export function slackChart(section: SectionResult, timeZone: string): SlackChart | undefined {
  const { chart, title } = section.definition;
  const type = chart && TYPES[chart.type];
  if (chart === undefined || type === undefined) return undefined;
  const data = readChart(section, chart, timeZone);
  const notes: string[] = [];
  const xs = shownXs(data, notes);
  const series = chart.type === 'stacked_area' ? layers(data, xs, notes) : lines(data, xs, notes);
  if (xs.length === 0 || series.length === 0) return undefined;
  const unit = data.series[0]?.column.unit ?? 'number';
  const scale = scaleOf(
    unit,
    series.flatMap(({ values }) => values),
  );
  const rows = new Map(data.series.flatMap(({ points }) => points.map(({ x, row }) => [x, row] as const)));
  const content: ChartContent = {
    title,
    type,
    labels: xs.map((x) => data.text(rows.get(x) ?? 0, data.x)),
    series: series.map(({ name, values }) => ({
      name,
      values: values.map((value) => Number((value * scale.factor).toFixed(2))),
    })),
    xLabel: data.x.title,
    yLabel: [chart.y.length === 1 ? data.series[0]?.column.title : undefined, scale.name && `(${scale.name})`]
      .filter((part) => part)
      .join(' '),
  };
  return { block: chartBlock(content), notes };
}

/** From left to right, at most as many as Slack takes. */
function shownXs(data: ChartData, notes: string[]): number[] {
  const { chart, series, x, xKind } = data;
  const points = series.map((each) => new Set(each.points.map((point) => point.x)));
  const all = [...new Set(points.flatMap((found) => [...found]))].sort((a, b) => a - b);
  // A line or an area cannot be drawn where it has no value; a bar and a layer are nothing there.
  const hasGaps = chart.type === 'line' || chart.type === 'area';
  const whole = hasGaps ? all.filter((each) => points.every((found) => found.has(each))) : all;
  // What would leave out more than it shows is no picture of the rows.
  if (whole.length * 2 < all.length) return [];
  if (whole.length < all.length)
    notes.push(
      `${all.length - whole.length} of ${all.length} places left out, where not every line has a value`,
    );
  if (whole.length <= MAX_CHART_POINTS) return whole;
  const few = `${MAX_CHART_POINTS} of ${whole.length}`;
  if (xKind === 'category') {
    notes.push(`the first ${few} (${x.title})`);
    return whole.slice(0, MAX_CHART_POINTS);
  }
  if (chart.type === 'bar') {
    notes.push(`the last ${few} (${x.title})`);
    return whole.slice(-MAX_CHART_POINTS);
  }
  notes.push(`${few} (${x.title}), evenly spread`);
  const step = (whole.length - 1) / (MAX_CHART_POINTS - 1);
  return Array.from({ length: MAX_CHART_POINTS }, (_, i) => whole[Math.round(i * step)] ?? 0);
}

interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

function lines({ chart, series }: ChartData, xs: readonly number[], notes: string[]): Line[] {
  const missing = series.slice(MAX_CHART_SERIES).map(({ name }) => name);
  if (missing.length > 0) notes.push(`without ${listed(missing)}`);
  const shown = series.slice(0, MAX_CHART_SERIES);
  const isSeveral = ({ points }: Series): boolean => new Set(points.map(({ x }) => x)).size < points.length;
  if (shown.some(isSeveral)) notes.push('of several values in one place the last one');
  const found = shown.map(({ name, column, points }) => ({
    name,
    column,
    at: new Map(points.map(({ x, y }) => [x, y])),
  }));
  // Nothing is a number of items, but no duration.
  const isTold = found.some(
    ({ column: { unit }, at }) => (unit === 'duration' || unit === 'share') && xs.some((x) => !at.has(x)),
  );
  if (chart.type === 'bar' && isTold) notes.push('0 also where there is no value');
  return found.map(({ name, at }) => ({ name, values: xs.map((x) => at.get(x) ?? 0) }));
}

/**
 * Slack lays areas over one another and does not stack them: each gets the height to which it reaches. The highest one lies
 * at the back.
 */
function layers({ series }: ChartData, xs: readonly number[], notes: string[]): Line[] {
  const all = stacked(series, xs);
  const shown = all.length > MAX_CHART_SERIES ? all.slice(0, MAX_CHART_SERIES - 1) : all;
  const found: Line[] = shown.map(({ name, to }) => ({ name, values: to }));
  const top = all.at(-1);
  const missing = all.slice(shown.length).map(({ name }) => name);
  if (top && missing.length > 0) {
    found.push({ name: `${missing.length} more`, values: top.to });
    notes.push(`${listed(missing)} as one`);
  }
  if (found.length > 1) notes.push('each number includes those of the areas below it');
  return found.reverse();
}

/** Slack writes numbers as they come. */
function scaleOf(unit: Unit, values: readonly number[]): { readonly factor: number; readonly name: string } {
  if (unit === 'share') return { factor: 100, name: '%' };
  if (unit !== 'duration') return { factor: 1, name: '' };
  const { name, seconds } = durationUnit(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  return { factor: 1 / seconds, name };
}

const MAX_LISTED = 5;

function listed(names: readonly string[]): string {
  const rest = names.length - MAX_LISTED;
  return `${names.slice(0, MAX_LISTED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
