import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CollectorLibrary } from '../../src/collectors/library.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every shipped metric: its type, labels and meaning, and the file with the SQL behind it. */
export function metricReference({ collectors }: CollectorLibrary): string {
  const rows = collectors
    .flatMap((collector) => collector.metrics.map((metric) => ({ collector, metric })))
    .sort((a, b) => (a.metric.name < b.metric.name ? -1 : 1))
    .map(({ collector, metric }) => {
      const file = relative(ROOT, collector.file);
      const labels = metric.labels.map((label) => `\`${label}\``).join(', ');
      return `| \`${metric.name}\` | ${metric.type} | ${labels} | ${metric.help.trim().replaceAll('|', '\\|')} | [${collector.name}](../${file}) |`;
    });
  return [
    '| metric | type | labels | meaning | where it comes from |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
