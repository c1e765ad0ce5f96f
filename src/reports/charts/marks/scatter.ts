import { type Html, html } from '../../../base/html.js';
import type { ItemLinkOf } from '../../item-url.js';
import { axes } from '../axes.js';
import type { ChartData } from '../data.js';
import { type Drawing, linesBelow, seriesClass, seriesLegend, valuesOf, xTitle, yTitle } from '../drawing.js';
import { type Frame, frame, LETTER_WIDTH, rounded } from '../frame.js';
import { linked } from '../linked.js';
import { percentile, percentileName } from '../percentile.js';
import { positionScale } from '../position-scale.js';
import { shortened } from '../short-text.js';
import { thinnedSpots } from '../thin.js';
import { rowLines, tooltip } from '../tooltip.js';
import { valueScale } from '../value-scale.js';

/** A horizontal line. */
export interface Level {
  readonly name: string;
  readonly value: number;
}

/** The lines across a chart: the shares of all its points, and those that the SQL tells. */
export function levelsOf(data: ChartData): Level[] {
  const sorted = [...valuesOf(data)].sort((a, b) => a - b);
  const shares = data.chart.percentiles.toSorted((a, b) => a - b);
  return [
    ...shares.map((share) => ({ name: percentileName(share), value: percentile(sorted, share) })),
    ...data.lines,
  ];
}

/** A dot for each row, which leads to its item where it is one. */
export function drawScatter(data: ChartData, { itemLinkOf }: { readonly itemLinkOf: ItemLinkOf }): Drawing {
  const plot = frame({ linesBelow: linesBelow(data) });
  const column = data.series[0]?.column;
  const levels = levelsOf(data);
  const values = [...valuesOf(data), ...levels.map(({ value }) => value)];
  const y = valueScale(values, {
    ...{ unit: column?.unit ?? 'number', range: [plot.bottom, plot.top], isFromZero: true, count: 5 },
  });
  const x = positionScale(data, plot);
  const { columns } = data.section.definition;
  const marks = data.series.map(({ points }, i) => {
    const spots = points.map((point) => ({
      left: x.at(point.x) + scattered(point.row) * x.band,
      top: y.at(point.y),
      row: point.row,
    }));
    return html`<g class="${seriesClass(i)}">${thinnedSpots(spots, 2).map(({ spot, count }) => {
      const more = count > 1 ? [`and ${count - 1} more here`] : [];
      const lines = [...rowLines(data, spot.row), ...more];
      const dot = html`<circle class="dot" cx="${rounded(spot.left)}" cy="${rounded(spot.top)}" r="4">${tooltip(lines)}</circle>`;
      const address = itemLinkOf(columns, data.section.rows[spot.row] ?? []);
      return html`${linked(dot, address, lines)}
`;
    })}</g>
`;
  });
  const { width, height } = plot;
  return {
    ...{ width, height },
    legend: [
      ...seriesLegend(data),
      ...levels.map(({ name, value }) => ({
        name: `${name}: ${column ? data.valueText(value, column) : value}`,
        series: undefined,
      })),
    ],
    content: html`${axes(plot, x, y, { x: xTitle(data), y: yTitle(data) })}${marks}${levels.map((level, i) => levelLine(plot, y.at(level.value), level.name, i))}`,
  };
}

/** The legend has the whole name. */
const NAME_LETTERS = 5;

/** Dashed, with its name on it: each name further left than the one before, so that close lines do not mix them up. */
export function levelLine(plot: Frame, at: number, name: string, position: number): Html {
  const right = plot.right - position * (NAME_LETTERS + 1) * LETTER_WIDTH;
  return html`<path class="level" d="M${plot.left} ${rounded(at)}H${plot.right}"/><text class="level-name" x="${right}" y="${rounded(at - 5)}" text-anchor="end">${shortened(name, NAME_LETTERS)}</text>
`;
}

/** Spreads what is in one column over the middle of it, by the golden ratio: always the same, and evenly. */
function scattered(row: number): number {
  return (((row + 0.5) * 0.618034) % 1) * 0.6 - 0.3;
}
