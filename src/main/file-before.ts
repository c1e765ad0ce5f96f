import { stat } from 'node:fs/promises';
import { readAtMost } from '../base/read-at-most.js';
import type { MetricDefinition } from '../collectors/definition.js';
import { escapeLabelValue, labelsOfKey, renderLabels, type SeriesKey } from '../collectors/labels.js';

/** The counters and histograms in the file of the run before. */
export interface FileBefore {
  /**
   * Whether the file lacks a series that it could have had: it has the metric, with the same labels, and the project.
   * For anything else the file cannot tell what is new.
   */
  lacks(metric: MetricDefinition, key: SeriesKey): boolean;
}

/** Enough for half a million series. */
const MAX_BYTES = 64 * 2 ** 20;
/** A line that every file of this service has. */
const OURS = '# TYPE bugflow_collector_up gauge';
const SAMPLE = /^([a-zA-Z_][a-zA-Z0-9_]*)(\{.*\})? \S+$/s;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/gs;

/** Undefined when there is no file, or when it is not one of this service. */
export async function readFileBefore(path: string): Promise<FileBefore | undefined> {
  try {
    // Reading a pipe would wait for a writer.
    if (!(await stat(path)).isFile()) return undefined;
    const bytes = await readAtMost(path, MAX_BYTES);
    return bytes && parseFile(bytes.toString('utf8'));
  } catch {
    // If the file cannot be written either, that is reported later.
    return undefined;
  }
}

export function parseFile(text: string): FileBefore | undefined {
  const lines = text.split('\n');
  if (lines.pop() !== '' || !lines.includes(OURS)) return undefined;
  /** The labels of each metric's series, as they are in the file. */
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
    // For a histogram its line `_count` is enough.
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
