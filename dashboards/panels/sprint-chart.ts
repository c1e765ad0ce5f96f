import {
  GraphGradientMode,
  LineInterpolation,
  TooltipDisplayMode,
  VisibilityMode,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/trend';
import { orNoSprint, SPRINT_CHART, SPRINT_DAY } from '../promql/sprint-days.js';
import { describe, type Facts } from './facts.js';
import { rangeQuery, refIdAt } from './query.js';
import { legendOf } from './trend.js';

export interface SprintLine {
  readonly expression: string;
  readonly legend: string;
  readonly colour: string;
  readonly style?: 'line' | 'dashed' | 'area';
  readonly width?: number;
  readonly steps?: boolean;
}

export interface SprintChartOptions extends Facts {
  readonly lines: readonly SprintLine[];
  readonly legend?: 'list' | 'none';
}

const DAY = 'day of the sprint';

/** Lines over the days of a sprint, instead of over time: it fills the panel, however long it is. */
export function sprintChart({ lines, legend = 'list', ...facts }: SprintChartOptions): Panel {
  const panel = new PanelBuilder()
    .xField(DAY)
    .lineWidth(3)
    .fillOpacity(0)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Never)
    .lineInterpolation(LineInterpolation.Linear)
    .spanNulls(false)
    .axisSoftMin(0)
    .min(0)
    .legend(legendOf(legend))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .withTransformation({ id: 'joinByField', options: { byField: 'Time', mode: 'outer' } })
    .withTarget(rangeQuery({ refId: 'X', expression: SPRINT_DAY, legend: DAY }))
    .overrideByName(DAY, [
      { id: 'unit', value: 'none' },
      { id: 'decimals', value: 0 },
      { id: 'custom.axisLabel', value: DAY },
    ]);
  describe(panel, { ...SPRINT_CHART, ...facts });
  lines.forEach(({ expression, legend: name, colour, style = 'line', width, steps = false }, i) => {
    panel.withTarget(
      rangeQuery({
        refId: refIdAt(i),
        expression: i === 0 ? orNoSprint(expression) : expression,
        legend: name,
      }),
    );
    panel.overrideByName(name, [
      { id: 'color', value: { mode: 'fixed', fixedColor: colour } },
      ...(style === 'dashed' ? [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } }] : []),
      ...(style === 'area' ? [{ id: 'custom.fillOpacity', value: 25 }] : []),
      ...(steps ? [{ id: 'custom.lineInterpolation', value: LineInterpolation.StepAfter }] : []),
      ...(width === undefined ? [] : [{ id: 'custom.lineWidth', value: width }]),
    ]);
  });
  return panel.build();
}
