import { oneLine } from './blocks.js';

/*
 * Charts that Slack draws itself. Shape and limits: docs.slack.dev/reference/block-kit/blocks/data-visualization-block
 * (changelog of 2026-06-16). Others report up to 12 series; the reference says 6.
 */

export interface ChartBlock {
  readonly type: 'data_visualization';
  readonly title: string;
  readonly chart: {
    readonly type: 'line' | 'area' | 'bar';
    /** Their names differ, and each has a value for each category. */
    readonly series: readonly {
      readonly name: string;
      readonly data: readonly { readonly label: string; readonly value: number }[];
    }[];
    readonly axis_config: {
      readonly categories: readonly string[];
      readonly x_label?: string;
      readonly y_label?: string;
    };
  };
}

export const MAX_CHART_SERIES = 6;
export const MAX_CHART_POINTS = 20;
const MAX_TITLE = 50;
const MAX_LABEL = 20;

export interface ChartContent {
  readonly title: string;
  readonly type: ChartBlock['chart']['type'];
  /** From left to right, at most {@link MAX_CHART_POINTS}. */
  readonly labels: readonly string[];
  /** At most {@link MAX_CHART_SERIES}, each with a value for each label. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly xLabel: string;
  /** Empty: none. */
  readonly yLabel: string;
}

export function chartBlock({ title, type, labels, series, xLabel, yLabel }: ChartContent): ChartBlock {
  const categories = distinct(labels);
  const names = distinct(series.map(({ name }) => name));
  return {
    type: 'data_visualization',
    title: oneLine(title, MAX_TITLE) || '–',
    chart: {
      type,
      series: series.map(({ values }, i) => ({
        name: names[i] ?? '–',
        data: categories.map((label, at) => ({ label, value: values[at] ?? 0 })),
      })),
      axis_config: {
        categories,
        ...(xLabel.trim() && { x_label: oneLine(xLabel, MAX_TITLE) }),
        ...(yLabel.trim() && { y_label: oneLine(yLabel, MAX_TITLE) }),
      },
    },
  };
}

/** Short enough; what would be the same then gets a number. */
function distinct(texts: readonly string[]): string[] {
  const taken = new Set<string>();
  return texts.map((text) => {
    let label = oneLine(text, MAX_LABEL) || '–';
    for (let i = 2; taken.has(label); i++) label = `${oneLine(text, MAX_LABEL - 4) || '–'} ${i}`;
    taken.add(label);
    return label;
  });
}
