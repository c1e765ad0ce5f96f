import { join } from 'node:path';
import type { Dashboard } from '../../src/grafana/dashboard.js';
import { folderWith } from '../unit/helpers.js';

/** The variables that the shipped dashboards have. */
export function dashboard(uid: string, title: string, more: Record<string, unknown> = {}): Dashboard {
  return {
    uid,
    title,
    tags: ['taiga-bugflow'],
    schemaVersion: 42,
    editable: false,
    refresh: '1m',
    panels: [
      { id: 1, type: 'stat', title: 'Open', targets: [{ expr: 'sum(taiga_items{project=~"$project"})' }] },
    ],
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus', current: {} },
        { name: 'project', type: 'constant', label: 'Project', hide: 2, query: '.+' },
        { name: 'exporter', type: 'constant', hide: 2, query: 'http://localhost:10284' },
      ],
    },
    ...more,
  };
}

export const DASHBOARDS: readonly Dashboard[] = [
  dashboard('bugflow-bug-flow', 'Bug flow'),
  dashboard('bugflow-team-wall', 'Team wall'),
];

export async function folderOfDashboards(dashboards: readonly Dashboard[] = DASHBOARDS): Promise<string> {
  const files = dashboards.map((each) => [`json/${each.uid}.json`, JSON.stringify(each)]);
  return join(await folderWith(Object.fromEntries(files)), 'json');
}
