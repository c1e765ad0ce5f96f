import { TooltipDisplayMode, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  HeatmapTooltipBuilder,
  PanelBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { describe, type Facts } from './facts.js';
import { heatmapQuery } from './query.js';

export interface HeatMapOptions extends Facts {
  /** Grows by `le`. */
  readonly buckets: string;
  /** Of the buckets' bounds. */
  readonly boundsUnit: string;
}

/** How many fell into each bucket, over time. */
export function heatMap({ buckets, boundsUnit, ...facts }: HeatMapOptions): Panel {
  const panel = new PanelBuilder()
    .calculate(false)
    .yAxis(new YAxisConfigBuilder().unit(boundsUnit).decimals(0))
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .fill('dark-orange')
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(32)
        .reverse(false),
    )
    .cellGap(1)
    .showValue(VisibilityMode.Never)
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true))
    .filterValues({ build: () => ({ le: 1e-9 }) })
    .withTarget(heatmapQuery({ refId: 'A', expression: buckets, legend: '{{le}}' }));
  describe(panel, facts);
  return panel.build();
}
