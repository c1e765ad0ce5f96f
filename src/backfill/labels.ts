import type { Series } from './timeline.js';

export type LabelPair = readonly [name: string, value: string];

/**
 * A series' labels with its name among them, sorted by name as Prometheus stores and sends them. Empty values are left
 * out: to Prometheus they are the same as no label.
 */
export function labelPairs({ name, labels }: Series): LabelPair[] {
  const pairs: [string, string][] = [['__name__', name]];
  const pattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gsy;
  const text = labels.startsWith('{') ? labels.slice(1, -1) : labels;
  let end = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [whole, label = '', escaped = ''] = match;
    end += whole.length;
    if (escaped !== '') pairs.push([label, unescapeValue(escaped)]);
  }
  if (end !== text.length) throw new Error(`not labels: ${labels}`);
  return pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function unescapeValue(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character))
    : text;
}
