import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, type Facts } from './facts.js';
import { instantQuery, refIdAt } from './query.js';
import { type Step, stepsInWords, stepsOf } from './scale.js';

export interface BarGaugeOptions extends Facts {
  readonly bars: readonly {
    readonly expression: string;
    readonly legend: string;
    readonly colour?: string;
  }[];
  readonly levels?: readonly Step[];
  readonly max?: number;
}

/** Bars of now, from left to right, each with its name and number. */
export function barGauge({ bars, levels = [], max, ...facts }: BarGaugeOptions): Panel {
  const panel = new PanelBuilder()
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Text)
    .orientation(VizOrientation.Horizontal)
    .showUnfilled(true)
    .min(0)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .thresholds(stepsOf(levels.length > 0 ? levels : [{ from: null, colour: 'blue', word: '' }]));
  if (max !== undefined) panel.max(max);
  describe(panel, facts, stepsInWords(levels));
  bars.forEach(({ expression, legend, colour }, i) => {
    const refId = refIdAt(i);
    panel.withTarget(instantQuery({ refId, expression, legend }));
    if (colour === undefined) return;
    panel.overrideByQuery(refId, [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }]);
  });
  return panel.build();
}
