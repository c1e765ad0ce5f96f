import type { Series, Timeline } from '../../src/backfill/timeline.js';
import type { MetricFamily } from '../../src/collectors/families.js';
import { joinLabels, labelsOf, labelsOfKey, renderLabels } from '../../src/collectors/labels.js';
import { formatBound } from '../../src/exposition/format.js';

type Labels = Readonly<Record<string, string>>;
/** Label values joined by ` | `, and a number. */
export type Table = Record<string, number>;

interface ParsedSeries {
  readonly name: string;
  readonly labels: Labels;
}

/** The positions of each name's series; shared by many moments. */
class SeriesIndex {
  readonly #series: readonly ParsedSeries[];
  readonly #byName = new Map<string, number[]>();
  #seen = 0;

  constructor(series: readonly ParsedSeries[]) {
    this.#series = series;
  }

  named(name: string): readonly number[] {
    for (; this.#seen < this.#series.length; this.#seen++) {
      const each = this.#series[this.#seen]?.name ?? '';
      const places = this.#byName.get(each);
      if (places) places.push(this.#seen);
      else this.#byName.set(each, [this.#seen]);
    }
    return this.#byName.get(name) ?? [];
  }
}

/** The values of all series at one moment. */
export class Samples {
  readonly #series: readonly ParsedSeries[];
  readonly #values: ArrayLike<number>;
  readonly #index: SeriesIndex;

  constructor(
    series: readonly ParsedSeries[],
    values: ArrayLike<number>,
    index: SeriesIndex = new SeriesIndex(series),
  ) {
    this.#series = series;
    this.#values = values;
    this.#index = index;
  }

  static of(families: readonly MetricFamily[]): Samples {
    return Samples.ofTable(flatten(families));
  }

  /** From lines of the exposition. */
  static ofTable(table: Table): Samples {
    return new Samples(Object.keys(table).map(parseSeries), Object.values(table));
  }

  /** The sums of a metric by some of its labels, without zeros and without the remainders of binary fractions. */
  table(name: string, labels: readonly string[], where: Labels = {}): Table {
    const sums: Table = {};
    const conditions = Object.entries(where);
    for (const i of this.#index.named(name)) {
      const series = this.#series[i];
      // A series that has ended counts as 0.
      const value = this.#values[i] || 0;
      if (!series || value === 0 || !conditions.every(([key, wanted]) => series.labels[key] === wanted))
        continue;
      add(sums, labels.map((label) => series.labels[label] ?? '(no such label)').join(' | '), value);
    }
    return rounded(sums);
  }

  /** Every line unchanged, of gauges and counters alike. */
  lines(isWanted: (line: string) => boolean = () => true): Table {
    const all = this.#series.map(({ name, labels }, i): [string, number] => [
      `${name}${JSON.stringify(Object.entries(labels).sort())}`,
      this.#values[i] ?? Number.NaN,
    ]);
    return Object.fromEntries(all.filter(([line]) => isWanted(line)));
  }

  sum(name: string, where: Labels = {}): number {
    return this.table(name, [], where)[''] ?? 0;
  }
}

export function add(table: Table, key: string, amount = 1): void {
  table[key] = (table[key] ?? 0) + amount;
}

/** Without zeros. */
export function rounded(table: Table, digits = 6): Table {
  return Object.fromEntries(
    Object.entries(table)
      .map(([key, value]): [string, number] => [key, Number(value.toFixed(digits))])
      .filter(([, value]) => value !== 0),
  );
}

/** Every line of the exposition, with its labels. */
export function flatten(families: readonly MetricFamily[]): Table {
  const table: Table = {};
  for (const family of families) {
    const { name, buckets, labels: names } = family.metric;
    if ('values' in family) {
      for (const [key, value] of family.values) table[name + renderLabels(labelsOfKey(names, key))] = value;
      continue;
    }
    for (const [key, { counts, sum }] of family.distributions) {
      const labels = labelsOfKey(names, key);
      const text = renderLabels(labels);
      let total = 0;
      for (const [i, bound] of [...buckets, Number.POSITIVE_INFINITY].entries()) {
        total += counts[i] ?? 0;
        const withBound = joinLabels(labels, labelsOf({ le: formatBound(bound) }));
        table[`${name}_bucket${renderLabels(withBound)}`] = total;
      }
      table[`${name}_sum${text}`] = sum;
      table[`${name}_count${text}`] = total;
    }
  }
  return table;
}

function parseSeries(text: string): ParsedSeries {
  const name = /^[^{]*/.exec(text)?.[0] ?? '';
  const labels: Record<string, string> = {};
  for (const [, key = '', value = ''] of text.slice(name.length).matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
    labels[key] = value.replace(/\\(.)/g, (_match, character: string) =>
      character === 'n' ? '\n' : character,
    );
  return { name, labels };
}

/** The values of a timeline at these moments, which must ascend. Changes must come in order of time. */
export async function samplesAt(timeline: Timeline, moments: readonly number[]): Promise<Samples[]> {
  const values: number[] = [];
  /** Series that have grown by themselves since their last change. */
  const growing = new Map<number, (atMs: number) => number>();
  const parsed: ParsedSeries[] = [];
  const index = new SeriesIndex(parsed);
  const found: Samples[] = [];
  let last = Number.NEGATIVE_INFINITY;
  const keep = (): void => {
    const moment = moments[found.length] ?? Number.NaN;
    for (const [series, valueAt] of growing) values[series] = valueAt(moment);
    found.push(new Samples(parsed, [...values], index));
  };
  for await (const changes of timeline.changes()) {
    for (const { atMs, series, value, valueAt } of changes) {
      if (atMs < last) throw new Error(`a change at ${atMs} comes after one at ${last}`);
      last = atMs;
      while (found.length < moments.length && atMs > (moments[found.length] ?? 0)) keep();
      values[series] = value;
      if (valueAt) growing.set(series, valueAt);
      else growing.delete(series);
    }
    for (const series of timeline.series.slice(parsed.length)) parsed.push(parse(series));
  }
  while (found.length < moments.length) keep();
  return found;
}

function parse({ name, labels }: Series): ParsedSeries {
  return parseSeries(name + renderLabels(labels));
}
