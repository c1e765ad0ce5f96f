import type { ColumnDefinition } from '../definition.js';
import type { SectionResult } from '../result.js';
import { isNumeric } from '../units.js';
import { dateOf, formatValue, numberOf, timeOf } from '../values.js';
import type { ChartDefinition } from './definition.js';
import { drawable } from './nice.js';

export interface Point {
  /** A moment on the wall's clock, a number, or the position among the categories. */
  readonly x: number;
  readonly y: number;
  /** The index of its row. */
  readonly row: number;
}

/** Where a row is from left to right. */
export interface Place {
  readonly x: number;
  /** The index of the row. */
  readonly row: number;
  /** How much of the work is done there. */
  readonly work: number;
}

export interface Series {
  readonly name: string;
  /** What y is. */
  readonly column: ColumnDefinition;
  readonly points: readonly Point[];
}

/** What there is to draw. */
export interface ChartData {
  readonly chart: ChartDefinition;
  readonly x: ColumnDefinition;
  readonly xKind: 'time' | 'number' | 'category';
  /** The texts of x in the order in which they first occur; empty for times and numbers. */
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  /** Where all rows are, also those without a value; ascending, each place once. */
  readonly places: readonly Place[];
  /** Lines with a value of their own. */
  readonly lines: readonly { readonly name: string; readonly value: number }[];
  /** A cell as people read it. */
  readonly text: (row: number, column: ColumnDefinition) => string;
  /** A value of a column as people read it. */
  readonly valueText: (value: number, column: ColumnDefinition) => string;
  readonly section: SectionResult;
}

/** Turns rows into series; a row without a value has no point. @throws BugflowError for a value that does not fit its unit */
export function readChart(section: SectionResult, chart: ChartDefinition, timeZone: string): ChartData {
  const { definition, rows } = section;
  const indexOf = (name: string): number => definition.columns.findIndex((column) => column.name === name);
  const columnOf = (name: string): ColumnDefinition => {
    const column = definition.columns[indexOf(name)];
    if (column === undefined) throw new Error(`the chart's column ${name} was not checked`);
    return column;
  };
  const cellOf = (row: number, name: string): string | null => rows[row]?.[indexOf(name)] ?? null;
  const x = columnOf(chart.x);
  const positions = new Map<string, number>();

  const xOf = (row: number): number | null => {
    const cell = cellOf(row, x.name);
    if (cell === null) return null;
    if (x.unit === 'time') {
      const time = timeOf(cell, x, definition, timeZone);
      return time.epochMilliseconds + time.offsetNanoseconds / 1e6;
    }
    if (x.unit === 'date') return dateOf(cell, x, definition).toZonedDateTime('UTC').epochMilliseconds;
    if (isNumeric(x.unit)) return drawable(numberOf(cell, x, definition) ?? 0);
    const position = positions.get(cell) ?? positions.size;
    positions.set(cell, position);
    return position;
  };

  const series = new Map<string, { name: string; column: ColumnDefinition; points: Point[] }>();
  for (const name of chart.y)
    if (chart.series === undefined)
      series.set(name, { name: columnOf(name).title, column: columnOf(name), points: [] });
  const counted: Point[] = [];
  const places = new Map<number, Place>();
  const workOf = (row: number): number =>
    chart.working === undefined
      ? 1
      : Math.max(0, drawable(numberOf(cellOf(row, chart.working), columnOf(chart.working), definition) ?? 0));
  for (let row = 0; row < rows.length; row++) {
    const at = xOf(row);
    if (at === null) continue;
    places.set(at, { x: at, row, work: workOf(row) });
    if (chart.type === 'histogram') {
      counted.push({ x: at, y: 1, row });
      continue;
    }
    for (const name of chart.y) {
      const column = columnOf(name);
      const value = numberOf(cellOf(row, name), column, definition);
      if (value === null) continue;
      const part = chart.series === undefined ? name : (cellOf(row, chart.series) ?? '');
      const found = series.get(part) ?? { name: part || '–', column, points: [] };
      series.set(part, found);
      found.points.push({ x: at, y: drawable(value), row });
    }
  }

  const text = (row: number, column: ColumnDefinition): string =>
    formatValue(cellOf(row, column.name), column, definition, timeZone);
  return {
    chart,
    x,
    xKind: x.unit === 'time' || x.unit === 'date' ? 'time' : isNumeric(x.unit) ? 'number' : 'category',
    categories: [...positions.keys()],
    series:
      chart.type === 'histogram' ? [{ name: x.title, column: x, points: counted }] : [...series.values()],
    places: [...places.values()].sort((a, b) => a.x - b.x),
    lines: chart.lines.flatMap((name) => {
      const value = numberOf(cellOf(0, name), columnOf(name), definition);
      return value === null ? [] : { name: columnOf(name).title, value: drawable(value) };
    }),
    text,
    valueText: (value, column) => formatValue(String(value), column, definition, timeZone),
    section,
  };
}
