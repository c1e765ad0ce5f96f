import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { bugFlow } from './bug-flow.js';
import { exporter } from './exporter.js';
import { hygiene } from './hygiene.js';
import { kanbanFlow } from './kanban-flow.js';
import { portfolio } from './portfolio.js';
import { sprint } from './sprint.js';
import { teamWall } from './team-wall.js';

/** By the name of its file in `json/`. */
export function boards(): Readonly<Record<string, Dashboard>> {
  return {
    'team-wall': teamWall(),
    'bug-flow': bugFlow(),
    sprint: sprint(),
    'kanban-flow': kanbanFlow(),
    portfolio: portfolio(),
    hygiene: hygiene(),
    exporter: exporter(),
  };
}
