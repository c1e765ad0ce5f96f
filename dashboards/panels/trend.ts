import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BarAlignment,
  GraphDrawStyle,
  GraphGradientMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { DashboardLink, DynamicConfigValue, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { describe, type Facts } from './facts.js';
import { rangeQuery, refIdAt } from './query.js';
import { type Step, stepsInWords, stepsOf } from './scale.js';

export interface TrendSeries {
  readonly expression: string;
  readonly legend: string;
  readonly colour?: string;
  /** Told apart without colours, too: a limit is dashed, a count of a week is a bar. */
  readonly style?: 'line' | 'dashed' | 'bars' | 'area';
  /** Below the zero line. */
  readonly below?: boolean;
  readonly width?: number;
}

export interface TrendOptions extends Facts {
  readonly series: readonly TrendSeries[];
  /** Of series by what their legend says. */
  readonly colours?: Readonly<Record<string, string>>;
  readonly stacked?: boolean;
  /** Weeks, drawn where `weekly` puts them. */
  readonly weeks?: boolean;
  /** Counts stay as they are until they change. */
  readonly counts?: boolean;
  readonly levels?: readonly Step[];
  readonly legend?: 'list' | 'table' | 'none';
  readonly max?: number;
  readonly min?: number | 'auto';
  readonly links?: readonly Builder<DashboardLink>[];
}

/** Longer than a week: the days between two Mondays are no gaps. */
const WEEK_GAP_MS = 8 * 86_400_000;
/** A missed scrape is no gap. */
const LEAST_GAP_MS = 600_000;
const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Something over time. */
export function trend(options: TrendOptions): Panel {
  const {
    series,
    colours = {},
    stacked = false,
    weeks = false,
    counts = false,
    levels = [],
    legend = 'list',
    ...facts
  } = options;
  const panel = new PanelBuilder()
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .lineWidth(2)
    .fillOpacity(stacked ? 60 : 0)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Never)
    .lineInterpolation(counts ? LineInterpolation.StepAfter : LineInterpolation.Linear)
    .spanNulls(weeks ? WEEK_GAP_MS : gapMs(facts.step))
    .barAlignment(BarAlignment.After)
    .barWidthFactor(0.8)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None).group('A'))
    .axisSoftMin(0)
    .thresholds(stepsOf(levels.length > 0 ? levels : [{ from: null, colour: 'text', word: '' }]))
    .legend(legendOf(legend))
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None).hideZeros(false),
    );
  // Else Grafana fills the days between two Mondays with nothing, and bars are a day wide.
  if (weeks) panel.insertNulls(WEEK_GAP_MS);
  if (levels.length > 0) {
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  if (options.max !== undefined) panel.max(options.max);
  if (typeof options.min === 'number') panel.min(options.min);
  if (options.links) panel.dataLinks([...options.links]);
  describe(panel, facts, stepsInWords(levels));
  series.forEach((each, i) => {
    const refId = refIdAt(i);
    panel.withTarget(rangeQuery({ refId, expression: each.expression, legend: each.legend }));
    const properties = looks(each);
    if (properties.length > 0) panel.overrideByQuery(refId, properties);
  });
  for (const [name, colour] of Object.entries(colours)) panel.overrideByName(name, [fixed(colour)]);
  return panel.build();
}

/** What is missing for three steps is a gap. */
function gapMs(step = '1m'): number {
  const [, number = '1', unit = 'm'] = /^(\d+)([mhd])$/.exec(step) ?? [];
  return Math.max(LEAST_GAP_MS, 3 * Number(number) * (UNITS_MS[unit] ?? LEAST_GAP_MS));
}

function fixed(colour: string): DynamicConfigValue {
  return { id: 'color', value: { mode: 'fixed', fixedColor: colour } };
}

function looks({ colour, style = 'line', below = false, width }: TrendSeries): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = [];
  if (colour !== undefined) properties.push(fixed(colour));
  if (style === 'bars') {
    properties.push({ id: 'custom.drawStyle', value: GraphDrawStyle.Bars });
    properties.push({ id: 'custom.fillOpacity', value: 70 });
    properties.push({ id: 'custom.lineWidth', value: 0 });
  }
  if (style === 'area') properties.push({ id: 'custom.fillOpacity', value: 25 });
  if (style === 'dashed')
    properties.push({ id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } });
  if (below) properties.push({ id: 'custom.transform', value: 'negative-Y' });
  if (width !== undefined) properties.push({ id: 'custom.lineWidth', value: width });
  return properties;
}

export function legendOf(legend: 'list' | 'table' | 'none'): VizLegendOptionsBuilder {
  const builder = new VizLegendOptionsBuilder()
    .placement(LegendPlacement.Bottom)
    .showLegend(legend !== 'none');
  if (legend === 'none') return builder.displayMode(LegendDisplayMode.Hidden).calcs([]);
  if (legend === 'table')
    return builder.displayMode(LegendDisplayMode.Table).calcs(['lastNotNull', 'min', 'max']);
  return builder.displayMode(LegendDisplayMode.List).calcs([]);
}
