import { PanelBuilder } from '@grafana/grafana-foundation-sdk/barchart';
import {
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, type Facts } from './facts.js';
import { refIdAt, tableQuery } from './query.js';
import { legendOf } from './trend.js';

export interface BarChartOptions extends Facts {
  /** The label that names a group of bars. */
  readonly groups: string;
  /** What the groups are sorted by, ascending; it is not drawn. */
  readonly order: string;
  readonly bars: readonly { readonly expression: string; readonly legend: string; readonly colour: string }[];
}

/** Groups of bars in an order of their own. */
export function barChart({ groups, order, bars, ...facts }: BarChartOptions): Panel {
  const orderId = refIdAt(bars.length);
  const panel = new PanelBuilder()
    .xField(groups)
    .orientation(VizOrientation.Auto)
    .stacking(StackingMode.None)
    .showValue(VisibilityMode.Auto)
    .xTickLabelRotation(0)
    .xTickLabelMaxLength(24)
    .barWidth(0.9)
    .groupWidth(0.75)
    .fillOpacity(75)
    .lineWidth(0)
    .axisSoftMin(0)
    .min(0)
    .legend(legendOf('list'))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'sortBy', options: { sort: [{ field: `Value #${orderId}`, desc: false }] } })
    .withTransformation({
      id: 'filterFieldsByName',
      options: { include: { names: [groups, ...bars.map((_, i) => `Value #${refIdAt(i)}`)] } },
    })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: { [groups]: 0 },
        renameByName: Object.fromEntries(bars.map(({ legend }, i) => [`Value #${refIdAt(i)}`, legend])),
      },
    });
  describe(panel, facts);
  bars.forEach(({ expression, legend, colour }, i) => {
    panel.withTarget(tableQuery({ refId: refIdAt(i), expression }));
    panel.overrideByName(legend, [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }]);
  });
  panel.withTarget(tableQuery({ refId: orderId, expression: order }));
  return panel.build();
}
