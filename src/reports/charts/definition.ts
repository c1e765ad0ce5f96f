import { z } from 'zod';
import { isNumeric, type Unit } from '../units.js';

export const CHART_TYPES = [
  'line',
  'area',
  'stacked_area',
  'bar',
  'scatter',
  'histogram',
  'burndown',
  'control_chart',
] as const;
export type ChartType = (typeof CHART_TYPES)[number];

/** How a section's rows are drawn. Columns are named as the SQL calls them. */
export const chart = z.strictObject({
  type: z.enum(CHART_TYPES),
  /** From left to right: a time, a date, a number or a text. */
  x: z.string().min(1),
  /** From the bottom upwards: each is a series of its own. */
  y: z.array(z.string().min(1)).default([]),
  /** Makes a series of each of its values. */
  series: z.string().min(1).optional(),
  /** Scatter only: lines below which these shares of the points lie. */
  percentiles: z.array(z.number().gt(0).lt(1)).max(5).default([]),
  /** Scatter only: lines at the values that the first row has in these columns. */
  lines: z.array(z.string().min(1)).max(5).default([]),
  /** Of bars by date: what the date begins. A bar then leads to what its column leads to, about that day or week. */
  covers: z.enum(['day', 'week']).optional(),
  /** Histogram only: about so many bars. */
  bins: z.number().int().min(2).max(100).optional(),
  /** Burndown only: a line from the first value to 0 at the end; default: there is one. */
  ideal: z.boolean().optional(),
  /** Burndown only: a column that is 0 on days on which the ideal line does not fall. */
  working: z.string().min(1).optional(),
});
export type ChartDefinition = z.output<typeof chart>;

export interface Problem {
  readonly path: string[];
  readonly message: string;
}

/** What of a chart does not fit the section's columns. */
export function* chartProblems(
  { type, x, y, series, percentiles, lines, bins, ideal, working, covers }: ChartDefinition,
  columns: Readonly<Record<string, { readonly unit: Unit }>>,
): Iterable<Problem> {
  const named = {
    ...{ x: [x], y, lines },
    series: series === undefined ? [] : [series],
    working: working === undefined ? [] : [working],
  };
  for (const [key, names] of Object.entries(named))
    for (const name of names)
      if (!Object.hasOwn(columns, name))
        yield {
          path: ['chart', key],
          message: `columns has no ${name}; it has ${Object.keys(columns).join(', ')}`,
        };

  const unitOf = (name: string): Unit => columns[name]?.unit ?? 'number';
  const measured = [...y, ...lines];
  const text = measured.find((name) => !isNumeric(unitOf(name)));
  if (text !== undefined)
    yield { path: ['chart', 'y'], message: `${text} has the unit ${unitOf(text)}, which has no height` };
  const units = new Set(measured.map(unitOf));
  if (units.size > 1)
    yield {
      path: ['chart', 'y'],
      message: `one axis has one unit, not ${[...units].join(' and ')}; make two charts`,
    };

  if (type === 'histogram') {
    if (y.length > 0 || series !== undefined)
      yield { path: ['chart'], message: 'a histogram counts the values of x; it takes neither y nor series' };
    if (!isNumeric(unitOf(x)))
      yield { path: ['chart', 'x'], message: `a histogram needs numbers, and ${x} is ${unitOf(x)}` };
  } else {
    if (y.length === 0) yield { path: ['chart'], message: 'y is missing: name at least one column' };
    if (series !== undefined && y.length > 1)
      yield { path: ['chart', 'series'], message: 'series splits one column; name one in y' };
    if (bins !== undefined) yield { path: ['chart', 'bins'], message: 'only a histogram has bins' };
  }
  if (type === 'burndown') {
    if (working !== undefined && !isNumeric(unitOf(working)))
      yield {
        path: ['chart', 'working'],
        message: `${working} must be a number: 0 on days without work, else 1`,
      };
    if (unitOf(x) !== 'date' && unitOf(x) !== 'time')
      yield { path: ['chart', 'x'], message: `a burndown goes over time, and ${x} is ${unitOf(x)}` };
    if (series !== undefined)
      yield { path: ['chart', 'series'], message: 'a burndown has no series; name columns in y' };
    if (y.length > 2)
      yield { path: ['chart', 'y'], message: 'a burndown has what is left and, after it, the scope' };
  } else {
    if (ideal !== undefined) yield { path: ['chart', 'ideal'], message: 'only a burndown has an ideal line' };
    if (working !== undefined)
      yield { path: ['chart', 'working'], message: 'only a burndown asks for working days' };
  }
  if (type === 'control_chart' && (y.length > 1 || series !== undefined))
    yield { path: ['chart', 'y'], message: 'a control chart is about one column; make a chart of each' };
  if (covers !== undefined && (type !== 'bar' || unitOf(x) !== 'date'))
    yield { path: ['chart', 'covers'], message: 'only bars whose x is a date begin a day or a week' };
  if (type !== 'scatter' && percentiles.length > 0)
    yield { path: ['chart', 'percentiles'], message: 'only a scatter has percentiles' };
  if (type !== 'scatter' && lines.length > 0)
    yield { path: ['chart', 'lines'], message: 'only a scatter has lines; elsewhere add the column to y' };
}
