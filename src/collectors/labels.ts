/** A series' labels: names, and values in the same order. */
export interface Labels {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

export const NO_LABELS: Labels = { names: [], values: [] };

export function labelsOf(values: Readonly<Record<string, string>>): Labels {
  return { names: Object.keys(values), values: Object.values(values) };
}

export function joinLabels(a: Labels, b: Labels): Labels {
  return { names: [...a.names, ...b.names], values: [...a.values, ...b.values] };
}

/**
 * Identifies a series of a metric: the values of its labels in the order of the definition, separated by NUL, which no
 * text in PostgreSQL can contain. A flat string saves memory, as there are many of them.
 */
export type SeriesKey = string;

const SEPARATOR = '\0';

export function seriesKey(values: readonly string[]): SeriesKey {
  return values.join(SEPARATOR);
}

/** The labels of a key, for a metric with these label names. */
export function labelsOfKey(names: readonly string[], key: SeriesKey): Labels {
  return names.length === 0 ? NO_LABELS : { names, values: key.split(SEPARATOR) };
}

/** `{project="webshop",kind="task"}`, escaped as both exposition formats require; empty without labels. */
export function renderLabels({ names, values }: Labels): string {
  if (names.length === 0) return '';
  let text = '{';
  for (let i = 0; i < names.length; i++)
    text += `${i === 0 ? '' : ','}${names[i]}="${escapeLabelValue(values[i] ?? '')}"`;
  return `${text}}`;
}

export function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;
}
