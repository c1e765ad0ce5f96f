/*
 * A parser of Prometheus' text format 0.0.4 and of OpenMetrics 1.0, written from the specifications and not from the code
 * that renders them. It is stricter than Prometheus: Prometheus reads everything that it accepts without a warning.
 */

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

export type ParsedFormat = 'text' | 'openmetrics';

/** The families in their order. @throws Error for anything that the format does not allow */
export function parseExposition(text: string, format: ParsedFormat): ParsedFamily[] {
  const families = new Map<string, ParsedFamily>();
  let current: ParsedFamily | undefined;
  let help: { name: string; text: string } | undefined;
  for (const line of linesOf(text, format)) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/s.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (help) throw new Error(`HELP without TYPE: ${help.name}`);
      help = { name, text: unescaped(rest, format === 'openmetrics' ? ['\\', 'n', '"'] : ['\\', 'n']) };
    } else if (keyword === 'TYPE') {
      if (help?.name !== name) throw new Error(`TYPE without its HELP: ${name}`);
      if (families.has(name)) throw new Error(`family twice: ${name}`);
      if (!/^(gauge|counter|histogram|summary)$/.test(rest)) throw new Error(`unknown type: ${rest}`);
      if (format === 'text' && rest === 'counter' && !name.endsWith('_total'))
        throw new Error(`a counter without _total: ${name}`);
      if (format === 'openmetrics' && rest === 'counter' && name.endsWith('_total'))
        throw new Error(`the family of a counter is named without _total: ${name}`);
      current = { name, type: rest, help: help.text, samples: [] };
      families.set(name, current);
      help = undefined;
    } else {
      if (!current || help || line.startsWith('#')) throw new Error(`unexpected line: ${line}`);
      const sample = parseSample(line);
      if (!sampleNames(current, format).includes(sample.name))
        throw new Error(`${sample.name} does not belong to ${current.type} ${current.name}`);
      current.samples.push(sample);
    }
  }
  if (help) throw new Error(`HELP without TYPE: ${help.name}`);
  if (format === 'openmetrics') assertNoClash([...families.values()]);
  for (const family of families.values()) {
    assertNoDuplicates(family);
    if (family.type === 'histogram') assertHistogram(family);
  }
  return [...families.values()];
}

/** No name may mean two families, not even one that a family could have and has not, as strict scrapers require. */
function assertNoClash(families: readonly ParsedFamily[]): void {
  const owners = new Map<string, string>();
  for (const { name, type } of families) {
    const suffixes = {
      counter: ['', '_total', '_created'],
      histogram: ['', '_bucket', '_sum', '_count', '_created'],
      summary: ['', '_sum', '_count', '_created'],
    }[type] ?? [''];
    for (const suffix of suffixes) {
      const owner = owners.get(name + suffix);
      if (owner !== undefined) throw new Error(`${name + suffix} belongs to ${owner} and to ${name}`);
      owners.set(name + suffix, name);
    }
  }
}

function linesOf(text: string, format: ParsedFormat): string[] {
  if (text === '') {
    if (format === 'openmetrics') throw new Error('no # EOF');
    return [];
  }
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const lines = text.slice(0, -1).split('\n');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('no # EOF at the end');
  return lines;
}

function sampleNames({ name, type }: ParsedFamily, format: ParsedFormat): string[] {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  if (type === 'summary') return [name, `${name}_sum`, `${name}_count`];
  return [type === 'counter' && format === 'openmetrics' ? `${name}_total` : name];
}

function parseSample(line: string): ParsedSample {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
  if (name === undefined) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  let at = name.length;
  if (line[at] === '{') {
    // Label by label: values may hold commas, braces and escaped quotes.
    const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"([,}])/sy;
    for (let end = ','; end === ','; at = label.lastIndex) {
      label.lastIndex = at + (at === name.length ? 1 : 0);
      const match = label.exec(line);
      if (!match) throw new Error(`bad labels: ${line}`);
      const [, key = '', value = '', separator = ''] = match;
      if (Object.hasOwn(labels, key)) throw new Error(`label twice: ${line}`);
      labels[key] = unescaped(value, ['\\', 'n', '"']);
      end = separator;
    }
  }
  if (line[at] !== ' ') throw new Error(`no value: ${line}`);
  return { name, labels, value: parseValue(line.slice(at + 1)) };
}

export function parseValue(text: string): number {
  if (text === 'NaN') return Number.NaN;
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  if (!/^-?\d+(\.\d+)?(e[+-]\d+)?$/.test(text)) throw new Error(`not a value: ${text}`);
  return Number(text);
}

function unescaped(text: string, escapes: readonly string[]): string {
  return text.replace(/\\(.?)/gs, (_match, character: string) => {
    if (!escapes.includes(character)) throw new Error(`unknown escape \\${character}`);
    return character === 'n' ? '\n' : character;
  });
}

/** A key for a sample's series, independent of the order of its labels. */
function seriesOf({ name, labels }: ParsedSample, without?: string): string {
  const pairs = Object.entries(labels).filter(([key]) => key !== without);
  return JSON.stringify([name, pairs.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function assertNoDuplicates(family: ParsedFamily): void {
  const seen = new Set(family.samples.map((sample) => seriesOf(sample)));
  if (seen.size < family.samples.length) throw new Error(`duplicate series in ${family.name}`);
}

/** Checks that buckets ascend in bound and count, and that the last one is +Inf and equals `_count`. */
function assertHistogram({ name, samples }: ParsedFamily): void {
  const distributions = new Map<
    string,
    { bounds: number[]; counts: number[]; sums: number; count?: number }
  >();
  for (const sample of samples) {
    const key = seriesOf({ ...sample, name }, 'le');
    const entry = distributions.get(key) ?? { bounds: [], counts: [], sums: 0 };
    distributions.set(key, entry);
    if (sample.name.endsWith('_bucket')) {
      entry.bounds.push(parseValue(sample.labels.le ?? ''));
      entry.counts.push(sample.value);
    } else if (sample.name.endsWith('_count')) entry.count = sample.value;
    else entry.sums += 1;
  }
  const ascends = (numbers: readonly number[], strictly: boolean): boolean =>
    numbers.every(
      (number, i) => i === 0 || number > (numbers[i - 1] ?? 0) || (!strictly && number === numbers[i - 1]),
    );
  for (const [key, { bounds, counts, sums, count }] of distributions) {
    if (!ascends(bounds, true) || !ascends(counts, false)) throw new Error(`buckets do not ascend: ${key}`);
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new Error(`no bucket +Inf: ${key}`);
    if (counts.at(-1) !== count) throw new Error(`_count is not the bucket +Inf: ${key}`);
    if (sums !== 1) throw new Error(`not one _sum: ${key}`);
  }
}
