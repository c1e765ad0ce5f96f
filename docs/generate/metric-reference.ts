import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CollectorDefinition } from '../../src/collectors/definition.js';
import type { CollectorLibrary } from '../../src/collectors/library.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What to know of the past of a collector's metrics beyond that it is whole; or, where there is none, why. */
const PAST: Readonly<Record<string, string>> = {
  attention: 'none: it names the items of today',
  data_quality: 'none: it judges the records that are there now',
  disabled_alerts: 'none: a setting of today',
  status_marks: 'none: it judges the records that are there now',
  wip_limits: 'none: Taiga keeps no trace of what a limit was',

  due_dates: 'whole; due soon by the threshold of today',
  issue_types: 'whole, by the setting of today',
  items_stale: 'whole, by the threshold of today',
  members: 'whole, but of changed roles',
  projects: 'whole, under the name of today',
  sprints: 'whole, with the dates that were planned then',
  thresholds: 'whole, by the settings of today',
  wip: 'whole, for the cells of today',
};

/** How far back a collector's metrics reach. */
function pastOf({ name, spans, events }: CollectorDefinition): string {
  const hasPast = spans !== undefined || events !== undefined;
  const said = PAST[name] ?? (hasPast ? 'whole' : '');
  if (!said.startsWith(hasPast ? 'whole' : 'none'))
    throw new Error(`what does collector "${name}" know of the past? Say so in ${import.meta.filename}`);
  return said;
}

/** Every shipped metric: its type, labels and meaning, how far back it reaches, and the file with the SQL behind it. */
export function metricReference({ collectors }: CollectorLibrary): string {
  const rows = collectors
    .flatMap((collector) => collector.metrics.map((metric) => ({ collector, metric })))
    .sort((a, b) => (a.metric.name < b.metric.name ? -1 : 1))
    .map(({ collector, metric }) => {
      const file = relative(ROOT, collector.file);
      const labels = metric.labels.map((label) => `\`${label}\``).join(', ');
      const meaning = metric.help.trim().replaceAll('|', '\\|');
      return `| \`${metric.name}\` | ${metric.type} | ${labels} | ${meaning} | ${pastOf(collector)} | [${collector.name}](../${file}) |`;
    });
  return [
    '| metric | type | labels | meaning | past | where it comes from |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
