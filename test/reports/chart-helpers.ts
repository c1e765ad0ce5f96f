import { chartHtml } from '../../src/reports/charts/chart.js';
import { type ChartData, readChart } from '../../src/reports/charts/data.js';
import { type ChartDefinition, type ChartType, chart } from '../../src/reports/charts/definition.js';
import type { ColumnDefinition } from '../../src/reports/definition.js';
import { itemUrl } from '../../src/reports/item-url.js';
import type { Cell, SectionResult } from '../../src/reports/result.js';
import type { Unit } from '../../src/reports/units.js';

export type Columns = Readonly<Record<string, Unit>>;
export type Rows = readonly (readonly Cell[])[];

export const TAIGA_URL = 'https://taiga.example.org';

/** A chart with its rows, as a report would have it. */
export interface Sketch {
  readonly section: SectionResult;
  readonly chart: ChartDefinition;
  readonly data: () => ChartData;
  /** The whole figure; undefined: there is nothing to draw. */
  readonly figure: () => string | undefined;
}

export function sketch(
  definition: { readonly type: ChartType } & Partial<ChartDefinition>,
  columns: Columns,
  rows: Rows,
): Sketch {
  const place = { file: 'mine.yaml', line: 7 };
  const itemLinkOf = (shown: readonly ColumnDefinition[], row: readonly Cell[]) =>
    itemUrl(TAIGA_URL, shown, row);
  const parsed = chart.parse({ x: 'x', ...definition });
  const section: SectionResult = {
    definition: {
      ...{ name: 'drawn', title: 'Drawn', description: '', shape: 'chart', chart: parsed, compare: false },
      ...{ empty: 'Nothing.', requires: [], relations: [], limit: 10_000, place },
      sql: { text: 'SELECT', ...place },
      columns: Object.entries(columns).map(
        ([name, unit]): ColumnDefinition => ({ name, title: name, unit, better: undefined }),
      ),
    },
    rows,
    before: undefined,
    isCut: false,
  };
  return {
    section,
    chart: parsed,
    data: () => readChart(section, parsed, 'Europe/Berlin'),
    figure: () => chartHtml(section, parsed, { timeZone: 'Europe/Berlin', itemLinkOf })?.text,
  };
}

/** An element of the picture. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What stands in it, without its children's. */
  text: string;
}

const TAG = /<(\/?)([a-zA-Z]+)((?:\s+[a-zA-Z-]+="[^"<>]*")*)\s*(\/?)>/y;
const TEXT = /(?:[^<>&]|&#\d+;)+/y;

/** Reads XML strictly. @throws where it is not well-formed: what is not closed, quoted or escaped */
export function parseXml(xml: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  for (let at = 0; at < xml.length; ) {
    TEXT.lastIndex = at;
    const text = TEXT.exec(xml)?.[0];
    if (text !== undefined) {
      const inside = open.at(-1);
      if (inside) inside.text += text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
      at += text.length;
      continue;
    }
    TAG.lastIndex = at;
    const [tag, end = '', name = '', written = '', alone = ''] = TAG.exec(xml) ?? [];
    if (tag === undefined) throw new Error(`not XML: ${xml.slice(at, at + 80)}`);
    at += tag.length;
    if (end !== '') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const pairs = [...written.matchAll(/([a-zA-Z-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
      key,
      value,
    ]);
    const attributes: Record<string, string> = Object.fromEntries(pairs);
    if (Object.keys(attributes).length !== pairs.length) throw new Error(`twice the same attribute: ${tag}`);
    const element = { name, attributes, text: '' };
    elements.push(element);
    if (alone === '') open.push(element);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.map(({ name }) => name).join(', ')}`);
  return elements;
}

/** All x and y of the elements; bars and areas with all their corners. */
export function corners(elements: readonly Element[]): { readonly x: number; readonly y: number }[] {
  return elements.flatMap(({ name, attributes }) => {
    const of = (key: string): number => Number(attributes[key]);
    if (name === 'circle') return [{ x: of('cx'), y: of('cy') }];
    if (name === 'rect')
      return [
        { x: of('x'), y: of('y') },
        { x: of('x') + of('width'), y: of('y') + of('height') },
      ];
    if (name === 'path' && /^(line|shade|layer)/.test(attributes.class ?? ''))
      return [...(attributes.d ?? '').matchAll(/[ML]([^ ]+) ([^MLZ]+)/g)].map(([, x, y]) => ({
        x: Number(x),
        y: Number(y),
      }));
    return [];
  });
}

/** The elements of a figure's picture, without those of its legend. */
export function picture(figure: string): Element[] {
  parseXml(figure);
  return parseXml(figure.slice(figure.indexOf('<svg'), figure.indexOf('</svg>') + '</svg>'.length));
}
