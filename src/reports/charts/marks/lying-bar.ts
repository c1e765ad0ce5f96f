import { html } from '../../../base/html.js';
import type { ChartData } from '../data.js';
import { type Drawing, seriesClass, seriesLegend, valuesOf } from '../drawing.js';
import { LETTER_WIDTH, LINE_HEIGHT, rounded } from '../frame.js';
import { type BarLinkOf, linked } from '../linked.js';
import { shortened } from '../short-text.js';
import { tooltip } from '../tooltip.js';
import { valueScale } from '../value-scale.js';

const WIDTH = 640;
const BAR_HEIGHT = 13;
const GAP = 12;
/** More are in the table. */
const MOST_CATEGORIES = 30;

/** A bar from left to right for each text, which stands above it, with the value at the right: so all can be read on a phone. */
export function drawLyingBar(data: ChartData, barLinkOf: BarLinkOf | undefined): Drawing {
  const unit = data.series[0]?.column.unit ?? 'number';
  const scale = valueScale(valuesOf(data), { unit, range: [0, WIDTH], isFromZero: true, count: 5 });
  const ground = scale.at(0);
  const { columns } = data.section.definition;
  const categories = data.categories.slice(0, MOST_CATEGORIES);
  const rowHeight = LINE_HEIGHT + data.series.length * BAR_HEIGHT + GAP;
  const byCategory = data.series.map(({ points }) => new Map(points.map((point) => [point.x, point])));
  const rows = categories.map((category, position) => {
    const top = position * rowHeight;
    const values = data.series.map(({ column }, i) => {
      const point = byCategory[i]?.get(position);
      return point === undefined ? '–' : data.valueText(point.y, column);
    });
    const valuesText = values.join(' · ');
    const letters = Math.max(8, Math.floor(WIDTH / LETTER_WIDTH) - valuesText.length - 2);
    return html`<text x="0" y="${top + LINE_HEIGHT - 6}">${shortened(category || '–', letters)}</text><text class="value" x="${WIDTH}" y="${top + LINE_HEIGHT - 6}" text-anchor="end">${valuesText}</text>${data.series.map(
      ({ name, column }, i) => {
        const point = byCategory[i]?.get(position);
        const address = point && barLinkOf?.(data.chart, column, columns, data.section.rows[point.row] ?? []);
        const [from, to] = [ground, point === undefined ? ground : scale.at(point.y)];
        return html`<g class="${seriesClass(i)}">${linked(
          html`<rect class="bar" x="${rounded(Math.min(from, to))}" y="${top + LINE_HEIGHT + i * BAR_HEIGHT}" width="${rounded(Math.abs(to - from))}" height="${BAR_HEIGHT - 1}">${tooltip([category, `${name}: ${values[i]}`])}</rect>`,
          address,
          [category, `${name}: ${values[i]}`],
        )}</g>
`;
      },
    )}`;
  });
  const rest = data.categories.length - categories.length;
  const end = categories.length * rowHeight;
  return {
    ...{ width: WIDTH, height: end + (rest > 0 ? LINE_HEIGHT + 6 : 0), legend: seriesLegend(data) },
    content: html`<path class="ground" d="M${rounded(ground)} 0V${end}"/>${rows}${rest > 0 ? html`<text x="0" y="${end + LINE_HEIGHT - 6}">and ${rest} more in the table</text>` : undefined}`,
  };
}
