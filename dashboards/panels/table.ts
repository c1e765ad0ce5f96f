import type { Panel, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { describe, type Facts } from './facts.js';
import { rangeQuery, tableQuery } from './query.js';
import { type Step, stepsInWords } from './scale.js';

export interface Column {
  /** A label; or the letter of a query, for its value. */
  readonly of: string;
  readonly title: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly width?: number;
  /** Colours of the number; the words are in the description. */
  readonly levels?: readonly Step[];
  readonly mappings?: ValueMapping[];
  /** Text and address; the address may name `${__value.raw}` or `${__data.fields["…"]}`. */
  readonly link?: { readonly title: string; readonly url: string; readonly here?: boolean };
  /** A small graph of a query over the time range. */
  readonly sparkline?: boolean;
  /** A bar from 0 to this number. */
  readonly gaugeTo?: number;
}

export interface TableOptions extends Facts {
  /** By letter: A, B, C … All have the same labels. */
  readonly queries: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  readonly sortBy: { readonly title: string; readonly descending?: boolean };
}

/** A row for each set of labels. */
export function table({ queries, columns, sortBy, ...facts }: TableOptions): Panel {
  const panel = new PanelBuilder()
    .showHeader(true)
    .sortBy([sort(sortBy)])
    .filterable(false);
  const scales = columns.flatMap(({ title, levels = [] }) =>
    levels.length > 0 ? [`${title}: ${stepsInWords(levels)}`] : [],
  );
  describe(panel, facts, scales.join(' '));

  const sparklines = new Set(columns.filter(({ sparkline }) => sparkline).map(({ of }) => of));
  for (const [refId, expression] of Object.entries(queries)) {
    panel.withTarget(
      sparklines.has(refId) ? rangeQuery({ refId, expression }) : tableQuery({ refId, expression }),
    );
  }
  const field = (of: string): string => fieldOf(of, Object.keys(queries), sparklines);
  if (sparklines.size > 0) {
    const options = Object.fromEntries([...sparklines].map((refId) => [refId, { stat: 'lastNotNull' }]));
    // Only these: a table of one row looks like a time series of one point.
    const filter = { id: 'byRefId', options: `/^(?:${[...sparklines].join('|')})$/` };
    panel.withTransformation({ id: 'timeSeriesTable', filter, options });
  }
  if (Object.keys(queries).length > 1) panel.withTransformation({ id: 'merge', options: {} });
  // Only the columns that are named: labels of the scrape, and the time, say nothing here.
  panel.withTransformation({
    id: 'filterFieldsByName',
    options: { include: { names: columns.map(({ of }) => field(of)) } },
  });
  panel.withTransformation({
    id: 'organize',
    options: {
      excludeByName: {},
      indexByName: Object.fromEntries(columns.map(({ of }, i) => [field(of), i])),
      renameByName: Object.fromEntries(columns.map(({ of, title }) => [field(of), title])),
    },
  });
  for (const column of columns) {
    const isNumber = Object.hasOwn(queries, column.of) && !column.sparkline;
    panel.overrideByName(column.title, looks(column, isNumber));
  }
  return panel.build();
}

/** As Grafana calls it in the frame that all queries make together. */
function fieldOf(of: string, refIds: readonly string[], sparklines: ReadonlySet<string>): string {
  if (!refIds.includes(of)) return of;
  if (sparklines.has(of)) return `Trend #${of}`;
  return refIds.length > 1 ? `Value #${of}` : 'Value';
}

/** Else nothing would have the colour of the lowest numbers, and a percentile of nothing would be "NaN". */
const NOTHING = {
  type: 'special',
  options: { match: 'null+nan', result: { text: '–', color: 'text', index: 0 } },
};

function looks(column: Column, isNumber: boolean): { id: string; value: unknown }[] {
  const { unit, decimals, width, levels, link, sparkline, gaugeTo } = column;
  const mappings = [...(isNumber ? [NOTHING] : []), ...(column.mappings ?? [])];
  // A cell without a value is no table without rows.
  const properties: { id: string; value: unknown }[] = [{ id: 'noValue', value: '–' }];
  if (unit !== undefined) properties.push({ id: 'unit', value: unit });
  if (decimals !== undefined) properties.push({ id: 'decimals', value: decimals });
  if (width !== undefined) properties.push({ id: 'custom.width', value: width });
  if (mappings.length > 0) properties.push({ id: 'mappings', value: mappings });
  if (levels) {
    const thresholds = levels.map(({ from, colour }) => ({ value: from, color: colour }));
    properties.push({ id: 'thresholds', value: { mode: 'absolute', steps: thresholds } });
    properties.push({ id: 'color', value: { mode: 'thresholds' } });
    if (gaugeTo === undefined) {
      properties.push({ id: 'custom.cellOptions', value: { type: 'color-text' } });
    }
  }
  if (gaugeTo !== undefined) {
    properties.push({ id: 'min', value: 0 }, { id: 'max', value: gaugeTo });
    properties.push({
      id: 'custom.cellOptions',
      value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' },
    });
  }
  if (sparkline) {
    properties.push({
      id: 'custom.cellOptions',
      value: { type: 'sparkline', hideValue: true, lineWidth: 2, fillOpacity: 20 },
    });
  }
  if (link) {
    const { title, url, here = false } = link;
    properties.push({ id: 'links', value: [{ title, url, targetBlank: !here }] });
  }
  return properties;
}

function sort({ title, descending = false }: TableOptions['sortBy']): {
  build(): { displayName: string; desc: boolean };
} {
  return { build: () => ({ displayName: title, desc: descending }) };
}
