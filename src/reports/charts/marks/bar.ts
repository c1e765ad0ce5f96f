import { type Html, html } from '../../../base/html.js';
import { axes } from '../axes.js';
import type { ChartData } from '../data.js';
import { type Drawing, linesBelow, seriesClass, seriesLegend, valuesOf, xTitle, yTitle } from '../drawing.js';
import { type Frame, frame, rounded } from '../frame.js';
import { type BarLinkOf, linked } from '../linked.js';
import { bandScale } from '../position-scale.js';
import { thinnedSpots } from '../thin.js';
import { tooltip } from '../tooltip.js';
import { valueScale } from '../value-scale.js';
import { drawLyingBar } from './lying-bar.js';

/** A bar for each value, those of several series side by side. Texts need width: their bars lie. */
export function drawBar(data: ChartData, { barLinkOf }: BarLinks): Drawing {
  return data.xKind === 'category' ? drawLyingBar(data, barLinkOf) : drawStandingBar(data, barLinkOf);
}

interface BarLinks {
  readonly barLinkOf?: BarLinkOf;
}

function drawStandingBar(data: ChartData, barLinkOf: BarLinkOf | undefined): Drawing {
  const plot = frame({ linesBelow: linesBelow(data) });
  const unit = data.series[0]?.column.unit ?? 'number';
  const y = valueScale(valuesOf(data), { unit, range: [plot.bottom, plot.top], isFromZero: true, count: 5 });
  const x = bandScale(data, plot);
  const group = Math.min(x.band * 0.8, 90 * data.series.length);
  const slot = group / data.series.length;
  const { rows } = data.section;
  const { columns } = data.section.definition;
  const marks = data.series.map(({ name, column, points }, i) => {
    const bars = points.map((point) => ({
      left: x.at(point.x) - group / 2 + slot * i,
      top: y.at(point.y),
      lines: [data.text(point.row, data.x), `${name}: ${data.valueText(point.y, column)}`],
      address: barLinkOf?.(data.chart, column, columns, rows[point.row] ?? []),
    }));
    return html`<g class="${seriesClass(i)}">${thinnedSpots(bars, 0.5).map(({ spot }) =>
      linked(standingBar(plot, { ...spot, width: slot * 0.92, ground: y.at(0) }), spot.address, spot.lines),
    )}</g>
`;
  });
  const { width, height } = plot;
  return {
    ...{ width, height, legend: seriesLegend(data) },
    content: html`${axes(plot, x, y, { x: xTitle(data), y: yTitle(data) })}${marks}`,
  };
}

export interface StandingBar {
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly ground: number;
  readonly lines: readonly string[];
}

/** From the ground up or, below 0, down. It is never too narrow to be seen. */
export function standingBar(plot: Frame, { left, width, top, ground, lines }: StandingBar): Html {
  const from = Math.max(plot.left, Math.min(plot.right - 1, left));
  const to = Math.min(plot.right, Math.max(from + 1, left + width));
  return html`<rect class="bar" x="${rounded(from)}" y="${rounded(Math.min(top, ground))}" width="${rounded(to - from)}" height="${rounded(Math.abs(ground - top))}">${tooltip(lines)}</rect>
`;
}
