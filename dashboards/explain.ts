import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { CollectorLibrary } from '../src/collectors/library.js';
import { explanation, WALL_TAG } from './links.js';

/** More would be a menu. */
const MOST = 3;

/** Links each panel to the exporter's page on the collectors that its numbers come from, where the dashboard knows it. */
export function explain(dashboard: Dashboard, { collectors }: CollectorLibrary): void {
  if (!dashboard.templating.list?.some(({ name }) => name === 'exporter')) return;
  // On a television nobody clicks on the corner of a panel.
  if (dashboard.tags?.includes(WALL_TAG)) return;
  const makers = new Map(
    collectors.flatMap(({ name, metrics }) => metrics.map((metric) => [metric.name, name] as const)),
  );
  for (const panel of dashboard.panels ?? []) {
    if (!('links' in panel || 'targets' in panel)) continue;
    const names = metricsOf(panel).flatMap((metric) => makers.get(metric) ?? []);
    const links = [...new Set(names)].slice(0, MOST).map(explanation);
    if (links.length > 0) panel.links = [...(panel.links ?? []), ...links];
  }
}

function metricsOf({ targets = [] }: Panel): string[] {
  const text = targets.map((target) => ('expr' in target ? String(target.expr) : '')).join('\n');
  return [...text.matchAll(/\btaiga_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
}
