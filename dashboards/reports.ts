import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Dashboard, DashboardLink, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { url, WALL_TAG } from './links.js';

/** The whole report, from the top of a dashboard. */
export function wholeReport(title: string, name: string): Builder<DashboardLink> {
  return url(`Report: ${title}`, reportAddress(name), true);
}

/** By the names of dashboards and the numbers of their panels: the section of a report that has the items behind a panel. */
export const BEHIND: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'bug-flow': {
    1: 'bugs#open',
    2: 'bugs#created',
    3: 'bugs#closed',
    4: 'bugs#reopened',
    6: 'hygiene#untriaged',
    10: 'bugs#created',
    11: 'bugs#created',
    12: 'bugs#open',
    20: 'bugs#open',
    21: 'bugs#open',
    22: 'bugs#open',
    23: 'bugs#open',
    24: 'hygiene#reasons',
    30: 'bugs#closed',
    31: 'bugs#closed',
    33: 'bugs#reopened',
    34: 'hygiene#untriaged',
  },
  'kanban-flow': {
    1: 'flow#work_in_progress',
    2: 'flow#cycle_time',
    3: 'flow#cycle_time',
    4: 'flow#cycle_time',
    5: 'flow#cycle_time',
    6: 'flow#time_in_status',
    10: 'flow#cumulative_flow',
    20: 'flow#work_in_progress',
    21: 'flow#work_in_progress',
    22: 'flow#work_in_progress',
    30: 'flow#cycle_time',
    31: 'flow#cycle_time',
    32: 'flow#time_in_status',
    33: 'flow#cycle_time',
    34: 'flow#time_in_status',
    40: 'flow#cycle_time',
    41: 'flow#cycle_time',
    42: 'flow_of_the_day#flow_details',
    43: 'flow#cycle_time',
  },
  sprint: {
    1: 'sprint#left',
    2: 'sprint#left',
    3: 'sprint#scope_changes',
    4: 'sprint#carried_over',
    5: 'week#blocked',
    6: 'sprint#left',
    10: 'sprint#left',
    11: 'sprint#scope_changes',
    12: 'sprint#scope_changes',
    13: 'sprint#left',
  },
  portfolio: { 1: 'portfolio#by_project', 2: 'portfolio#by_project', 3: 'portfolio#by_project' },
  hygiene: {
    1: 'hygiene#stale',
    2: 'hygiene#overdue',
    3: 'hygiene#due_soon',
    4: 'week#blocked',
    5: 'hygiene#unassigned',
    6: 'hygiene#unestimated',
    7: 'flow#work_in_progress',
    10: 'hygiene#reasons',
    12: 'hygiene#reasons',
  },
  'team-wall': {
    1: 'sprint#left',
    2: 'bugs#open',
    3: 'flow#cycle_time',
    4: 'flow#work_in_progress',
    5: 'flow#work_in_progress',
    6: 'week#blocked',
    7: 'hygiene#overdue',
  },
};

/** What panels show that no report lists. */
export const LISTED_NOWHERE: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'bug-flow': { 5: 'first responses', 32: 'first responses' },
  sprint: { 20: 'several sprints', 21: 'several sprints', 22: 'several sprints' },
  portfolio: { 10: 'epics' },
  hygiene: { 8: 'records that disagree', 11: 'work by person', 13: 'records that disagree' },
  // A graph on a television is not clicked on.
  'team-wall': { 8: 'alerts', 9: 'the age of the data', 10: 'a graph', 11: 'a graph', 12: 'a graph' },
};

/** Links panels to the items behind them; a number by itself leads there, too. */
export function leadToItems(name: string, dashboard: Dashboard): void {
  const isWall = dashboard.tags?.includes(WALL_TAG) ?? false;
  for (const panel of dashboard.panels ?? []) {
    if (!('fieldConfig' in panel)) continue;
    const leadsTo = BEHIND[name]?.[panel.id ?? 0];
    if (leadsTo === undefined) continue;
    const link = url('Which items?', reportAddress(leadsTo), true).build();
    // On a television the mark of a link in a panel's corner would be in the way.
    if (!isWall) panel.links = [...(panel.links ?? []), link];
    if (panel.type === 'stat') ofNumbers(panel, link);
  }
}

function ofNumbers(panel: Panel, link: DashboardLink): void {
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {};
  panel.fieldConfig = { defaults: { ...defaults, links: [...(defaults.links ?? []), link] }, overrides };
}

/**
 * A report, or its section, about the chosen projects and the time range; one about a sprint: about the chosen one. The page
 * understands Grafana's own way to say in an address which projects are chosen, also where it is all of them.
 */
function reportAddress(leadsTo: string): string {
  const [report = '', section] = leadsTo.split('#');
  const [from, to] = report === 'sprint' ? ['sprint_from', 'sprint_to'] : ['__from', '__to'];
  const query = `\${project:queryparam}&from=\${${from}:date:iso}&to=\${${to}:date:iso}`;
  return `\${exporter}/reports/${report}?${query}${section === undefined ? '' : `#${section}`}`;
}
