import { html } from '../../../base/html.js';
import { axes } from '../axes.js';
import type { ChartData } from '../data.js';
import { byX, type Drawing, linesBelow, seriesClass, xTitle, yTitle } from '../drawing.js';
import { frame, rounded } from '../frame.js';
import { isOutside, processLimits } from '../limits.js';
import { linePath } from '../path.js';
import { positionScale } from '../position-scale.js';
import { thinnedLine, thinnedSpots } from '../thin.js';
import { rowLines, tooltip } from '../tooltip.js';
import { valueScale } from '../value-scale.js';
import { levelLine } from './scatter.js';

/** The legend names so many; the chart shows all. */
const MOST_NAMED = 3;
/** The colour of what is outside: vermilion. */
const OUTSIDE = 5;

/** The values in their order between the limits that they keep by themselves; what is outside had a reason of its own. */
export function drawControlChart(data: ChartData): Drawing {
  const plot = frame({ linesBelow: linesBelow(data) });
  const [series] = data.series;
  const unit = series?.column.unit ?? 'number';
  const points = byX(series?.points ?? []);
  const values = points.map(({ y }) => y);
  const limits = processLimits(values, unit);
  const levels =
    limits === undefined
      ? []
      : [
          { short: 'mean', name: 'Mean', value: limits.mean },
          { short: 'upper', name: 'Upper limit', value: limits.upper },
          { short: 'lower', name: 'Lower limit', value: limits.lower },
        ];
  const y = valueScale([...values, ...levels.map(({ value }) => value)], {
    ...{ unit, range: [plot.bottom, plot.top], isFromZero: true, count: 5 },
  });
  const x = positionScale(data, plot);
  const spots = points.map((point) => ({
    ...{ left: x.at(point.x), top: y.at(point.y), row: point.row },
    isOutside: limits !== undefined && isOutside(point.y, limits),
  }));
  const outside = spots.filter((spot) => spot.isOutside);
  const dots = (shown: typeof spots, radius: number) =>
    thinnedSpots(shown, 2).map(
      ({ spot }) =>
        html`<circle class="dot" cx="${rounded(spot.left)}" cy="${rounded(spot.top)}" r="${radius}">${tooltip(rowLines(data, spot.row))}</circle>
`,
    );
  const { width, height } = plot;
  return {
    ...{ width, height },
    legend: [
      ...levels.map(({ name, value }) => ({
        // Items are whole, but their mean is not.
        name: `${name}: ${series ? data.valueText(value, unit === 'items' ? { ...series.column, unit: 'number' } : series.column) : value}`,
        series: undefined,
      })),
      ...(outside.length === 0
        ? []
        : [
            {
              name: `Outside: ${named(outside.map(({ row }) => data.text(row, data.x)))}`,
              series: OUTSIDE,
            },
          ]),
    ],
    content: html`${axes(plot, x, y, { x: xTitle(data), y: yTitle(data) })}${levels.map((level, i) => levelLine(plot, y.at(level.value), level.short, i))}<g class="${seriesClass(0)}"><path class="line" d="${linePath(thinnedLine(spots))}"/>${dots(
      spots.filter((spot) => !spot.isOutside),
      4,
    )}</g><g class="${seriesClass(OUTSIDE)}">${dots(outside, 6)}</g>`,
  };
}

function named(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
