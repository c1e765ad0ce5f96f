import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { DashboardLink, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { type Verdicts, withVerdict } from '../promql/verdict.js';
import { describe, type Facts } from './facts.js';
import { instantQuery, refIdAt } from './query.js';
import { scaleInWords, steps } from './scale.js';

export interface StatValue {
  readonly expression: string;
  /** Stands before the verdict; may name labels as `{{status}}`. */
  readonly name: string;
  /** Where the panel's does not fit. */
  readonly unit?: string;
  readonly decimals?: number;
  /** Without: a number to know, not to judge. */
  readonly verdicts?: Verdicts;
}

export interface StatOptions extends Facts {
  readonly values: readonly StatValue[];
  readonly links?: readonly Builder<DashboardLink>[];
  /** Where it has room. */
  readonly large?: boolean;
  /** Sizes in pixels where it is read from afar. */
  readonly text?: { readonly title: number; readonly value: number };
}

const LARGE = { title: 20, value: 44 };
/** Behind a number that is only to be known. */
const NEUTRAL = '#3d434b';
/** In pixels, for one, two and three numbers in a panel. */
const SIZES = [
  { title: 17, value: 38 },
  { title: 15, value: 28 },
  { title: 14, value: 24 },
] as const;

/** One number, or a few that belong together, each with its name and the word for what it means. */
export function stat({ values, links = [], text, large = false, ...facts }: StatOptions): Panel {
  const panel = new PanelBuilder()
    .graphMode(BigValueGraphMode.None)
    .colorMode(text ? BigValueColorMode.BackgroundSolid : BigValueColorMode.Value)
    .justifyMode(BigValueJustifyMode.Center)
    .textMode(BigValueTextMode.ValueAndName)
    // Several numbers are lines, each with its name before it; on a wall they stand side by side.
    .wideLayout(!text)
    .orientation(text ? VizOrientation.Auto : VizOrientation.Horizontal)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false));
  describe(panel, facts, scaleInWords(values));
  panel.thresholds(steps([{ value: null, colour: text ? NEUTRAL : 'text' }]));
  const { title, value } =
    text ?? (large ? LARGE : undefined) ?? SIZES[Math.min(values.length, SIZES.length) - 1] ?? SIZES[0];
  panel.text(new VizTextDisplayOptionsBuilder().titleSize(title).valueSize(value));
  if (links.length > 0) panel.dataLinks([...links]);
  values.forEach(({ expression, name, unit, decimals, verdicts }, i) => {
    const refId = refIdAt(i);
    panel.withTarget(
      instantQuery({
        refId,
        expression: verdicts ? withVerdict(expression, verdicts) : expression,
        legend: verdicts ? `${name}: {{verdict}}` : name,
      }),
    );
    const own = [
      ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
      ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ];
    if (own.length > 0) panel.overrideByQuery(refId, own);
    // By the word, not by the number: thresholds may come from the configuration.
    for (const { word, colour } of verdicts ?? []) {
      panel.overrideByRegexp(`/: ${word}$/`, [
        { id: 'color', value: { mode: 'fixed', fixedColor: text ? `dark-${colour}` : colour } },
      ]);
    }
  });
  return panel.build();
}
