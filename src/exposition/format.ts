import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Labels, renderLabels } from '../collectors/labels.js';

/** Prometheus' text format 0.0.4, and OpenMetrics 1.0. */
export type Format = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** The end of every OpenMetrics body. */
export const OPENMETRICS_END = '# EOF\n';

export interface Sample {
  /** `_bucket`, `_sum` or `_count`; empty for the metric itself. */
  readonly suffix: string;
  readonly labels: Labels;
  readonly value: number;
}

export interface SampleFamily {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram' | 'summary';
  readonly help: string;
  /** Generated on demand, so that a large family is never in memory twice. */
  samples(): Iterable<Sample>;
}

/** A piece of the exposition in each format; the same buffer where the formats do not differ. */
export type Stretch = Readonly<Record<Format, Buffer>>;

/** Lines rendered in one turn of the event loop: less than a millisecond of work, about 50 kB. */
const LINES_PER_STRETCH = 400;

/** Renders families in small slices, so that a large collector never delays a scrape. */
export async function* renderStretches(families: readonly SampleFamily[]): AsyncIterable<Stretch> {
  let lines: string[] = [];
  const takeLines = (): Stretch => {
    const bytes = Buffer.from(lines.join(''));
    lines = [];
    return { text: bytes, openmetrics: bytes };
  };
  for (const family of families) {
    const [text, openmetrics] = [header(family, 'text'), header(family, 'openmetrics')];
    if (text === openmetrics) lines.push(text);
    else {
      if (lines.length > 0) yield takeLines();
      yield { text: Buffer.from(text), openmetrics: Buffer.from(openmetrics) };
    }
    for (const { suffix, labels, value } of family.samples()) {
      lines.push(`${family.name}${suffix}${renderLabels(labels)} ${formatValue(value)}\n`);
      if (lines.length >= LINES_PER_STRETCH) {
        yield takeLines();
        await nextTurn();
      }
    }
  }
  if (lines.length > 0) yield takeLines();
}

/** Renders everything in one format. */
export async function renderFamilies(families: readonly SampleFamily[], format: Format): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const stretch of renderStretches(families)) chunks.push(stretch[format]);
  return Buffer.concat(chunks);
}

function header({ name, type, help }: SampleFamily, format: Format): string {
  const openMetrics = format === 'openmetrics';
  const familyName = openMetrics && type === 'counter' ? name.replace(/_total$/, '') : name;
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${familyName} ${openMetrics ? escaped.replaceAll('"', '\\"') : escaped}\n# TYPE ${familyName} ${type}\n`;
}

/** Written the same in both formats; integers without a decimal point. */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** A bucket's bound, always with a decimal point as in OpenMetrics, so that both formats give the same series. */
export function formatBound(bound: number): string {
  const text = formatValue(bound);
  return Number.isInteger(bound) && !text.includes('e') ? `${text}.0` : text;
}
