import { type Html, html } from '../../base/html.js';
import type { ItemLinkOf } from '../item-url.js';
import type { SectionResult } from '../result.js';
import { type ChartData, readChart } from './data.js';
import type { ChartDefinition, ChartType } from './definition.js';
import { type Drawing, type LegendEntry, seriesClass } from './drawing.js';
import type { BarLinkOf } from './linked.js';
import { drawArea } from './marks/area.js';
import { drawBar } from './marks/bar.js';
import { drawBurndown } from './marks/burndown.js';
import { drawControlChart } from './marks/control-chart.js';
import { drawHistogram } from './marks/histogram.js';
import { drawLine } from './marks/line.js';
import { drawScatter } from './marks/scatter.js';
import { drawStackedArea } from './marks/stacked-area.js';
import { shortened } from './short-text.js';

export interface ChartContext {
  readonly timeZone: string;
  /** Where a point leads that is an item; undefined: nowhere. */
  readonly itemLinkOf: ItemLinkOf;
  /** Where a bar leads; absent: nowhere. */
  readonly barLinkOf?: BarLinkOf;
}

const MARKS: Readonly<Record<ChartType, (data: ChartData, context: ChartContext) => Drawing>> = {
  line: drawLine,
  area: drawArea,
  stacked_area: drawStackedArea,
  bar: drawBar,
  scatter: drawScatter,
  histogram: drawHistogram,
  burndown: drawBurndown,
  control_chart: drawControlChart,
};

/** What is drawn of the rows; undefined where no row has a value. @throws BugflowError */
export function drawChart(
  section: SectionResult,
  chart: ChartDefinition,
  context: ChartContext,
): (Drawing & { readonly data: ChartData }) | undefined {
  const data = readChart(section, chart, context.timeZone);
  if (data.series.every(({ points }) => points.length === 0)) return undefined;
  return { data, ...MARKS[chart.type](data, context) };
}

/** The rows as a picture with its legend; undefined where no row has a value. @throws BugflowError */
export function chartHtml(
  section: SectionResult,
  chart: ChartDefinition,
  context: ChartContext,
): Html | undefined {
  const drawing = drawChart(section, chart, context);
  if (drawing === undefined) return undefined;
  const { name, title } = section.definition;
  const { data, width, height, content, legend } = drawing;
  // What is in an image cannot be reached, and links must be.
  const role = content.text.includes('<a ') ? 'group' : 'img';
  return html`<figure class="chart">
<svg viewBox="0 0 ${width} ${height}" role="${role}" aria-labelledby="${name}-title ${name}-desc">
<title id="${name}-title">${title}</title><desc id="${name}-desc">${description(data)}</desc>
${content}</svg>
${legendHtml(legend)}</figure>`;
}

/** What somebody who does not see the picture should know; the table below it has the numbers. */
function description({ chart, x, series }: ChartData): string {
  const kind = chart.type.replace('_chart', '').replace('_', ' ');
  if (chart.type === 'histogram') return `A ${kind} of ${x.title}. The table below has the numbers.`;
  const names = series.slice(0, 8).map(({ name }) => shortened(name, 40));
  const rest = series.length > names.length ? ` and ${series.length - names.length} more` : '';
  return `${kind === 'area' ? 'An' : 'A'} ${kind} chart of ${names.join(', ')}${rest} by ${x.title}. The table below has the numbers.`;
}

/** Of a legend. */
export const MOST_ENTRIES = 24;

function legendHtml(entries: readonly LegendEntry[]): Html | undefined {
  if (entries.length === 0) return undefined;
  const rest = entries.length - MOST_ENTRIES;
  return html`<figcaption><ul class="legend">${entries.slice(0, MOST_ENTRIES).map(
    ({ name, series }) =>
      html`<li><svg class="swatch" viewBox="0 0 18 12" aria-hidden="true">${
        series === undefined
          ? html`<path class="level" d="M0 6H18"/>`
          : html`<g class="${seriesClass(series)}"><rect class="bar" x="1" y="1" width="16" height="10" rx="2"/></g>`
      }</svg>${shortened(name, 60)}</li>
`,
  )}${rest > 0 ? html`<li>and ${rest} more</li>` : undefined}</ul></figcaption>
`;
}
