import { stat } from 'node:fs/promises';
import { readAtMost } from '../base/read-at-most.js';
import type { MetricDefinition } from '../collectors/definition.js';
import { escapeLabelValue, labelsOfKey, renderLabels, type SeriesKey } from '../collectors/labels.js';

/** What the file of the run before tells of counters and histograms. */
export interface FileBefore {
  /**
   * Whether a series was not there yet though it could have been: its metric was, with the same labels, and so was its
   * project. Of what the file does not know at all it cannot be said what is new.
   */
  lacks(metric: MetricDefinition, key: SeriesKey): boolean;
}

/** Half a million series. */
const MAX_BYTES = 64 * 2 ** 20;
/** A line of every file of ours. */
const OURS = '# TYPE bugflow_collector_up gauge';
const SAMPLE = /^([a-zA-Z_][a-zA-Z0-9_]*)(\{.*\})? \S+$/s;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/gs;

/** Undefined when there is none, or none of ours. */
export async function readFileBefore(path: string): Promise<FileBefore | undefined> {
  try {
    // A pipe would wait for a writer.
    if (!(await stat(path)).isFile()) return undefined;
    const bytes = await readAtMost(path, MAX_BYTES);
    return bytes && parseFile(bytes.toString('utf8'));
  } catch {
    // Whether the file can be written is found out later, and told.
    return undefined;
  }
}

export function parseFile(text: string): FileBefore | undefined {
  const lines = text.split('\n');
  if (lines.pop() !== '' || !lines.includes(OURS)) return undefined;
  /** By metric, as they stand there. */
  const series = new Map<string, Set<string>>();
  const labelNames = new Map<string, string>();
  const projects = new Set<string>();
  for (const line of lines) {
    const type = /^# TYPE (\S+) (?:counter|histogram)$/.exec(line);
    if (type?.[1] !== undefined) series.set(type[1], new Set());
    if (line.startsWith('#')) continue;
    const sample = SAMPLE.exec(line);
    if (!sample) return undefined;
    const [, name = '', labels = ''] = sample;
    const pairs = [...labels.matchAll(LABEL)];
    for (const [, label, value = ''] of pairs) if (label === 'project') projects.add(value);
    // Of a histogram one line a distribution is enough.
    const metric = series.has(name) ? name : name.replace(/_count$/, '');
    const known = series.get(metric);
    if (!known) continue;
    known.add(labels);
    labelNames.set(metric, pairs.map(([, label]) => label).join());
  }
  return {
    lacks({ name, labels: names }, key) {
      const known = series.get(name);
      const labels = labelsOfKey(names, key);
      if (
        !known ||
        known.has(renderLabels(labels)) ||
        (labelNames.get(name) ?? names.join()) !== names.join()
      )
        return false;
      const project = labels.values[names.indexOf('project')];
      return project === undefined || projects.has(escapeLabelValue(project));
    },
  };
}
