import { add, type Table } from './samples.js';
import type { TrueGauge } from './true-board.js';
import type { WorkSprint } from './true-work.js';

const DAY_MS = 86_400_000;
const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

function sprintGauge(
  metric: string,
  value: (sprint: WorkSprint) => number,
  labels: readonly string[] = [],
  cellOf: (sprint: WorkSprint, atMs: number) => string = () => '',
): TrueGauge {
  return {
    metric,
    labels: ['project', 'sprint', ...labels],
    count(work, atMs) {
      const table: Table = {};
      for (const sprint of work.sprints.values())
        add(table, `${sprint.project} | ${sprint.slug}${cellOf(sprint, atMs)}`, value(sprint));
      return table;
    },
  };
}

function planGauge(metric: string, figure: 'points' | 'sprints'): TrueGauge {
  return {
    metric,
    labels: ['project'],
    count({ records }, atMs) {
      const table: Table = {};
      for (const plan of records.plans) if (plan.at <= atMs) table[plan.project] = plan[figure] ?? 0;
      return table;
    },
  };
}

/** Gauges of the sample teams' plans and members; days are those of UTC. */
export const PLAN_GAUGES: readonly TrueGauge[] = [
  sprintGauge(
    'taiga_sprint_info',
    () => 1,
    ['sprint_name', 'state'],
    ({ name, start, finish }, atMs) => {
      const today = dayOf(atMs);
      const state = today < start ? 'future' : today > finish ? 'past' : 'current';
      return ` | ${name} | ${state}`;
    },
  ),
  sprintGauge('taiga_sprint_start_timestamp_seconds', ({ start }) => Date.parse(start) / 1000),
  sprintGauge('taiga_sprint_end_timestamp_seconds', ({ finish }) => (Date.parse(finish) + DAY_MS) / 1000),
  sprintGauge('taiga_sprint_closed', ({ isClosed }) => Number(isClosed)),
  {
    metric: 'taiga_project_info',
    labels: ['project', 'project_name', 'private'],
    count: ({ projects, present }) => {
      const table: Table = {};
      for (const [slug, name] of projects)
        add(table, `${slug} | ${name} | ${present.get(slug)?.detail.body.is_private}`);
      return table;
    },
  },
  {
    metric: 'taiga_issue_type_info',
    labels: ['project', 'issue_type', 'bug'],
    count: ({ projects, present }) => {
      const table: Table = {};
      for (const slug of projects.keys())
        for (const { name } of present.get(slug)?.detail.body.issue_types ?? [])
          add(table, `${slug} | ${name} | ${['Bug', 'Incident'].includes(name)}`);
      return table;
    },
  },
  planGauge('taiga_project_planned_points', 'points'),
  planGauge('taiga_project_planned_sprints', 'sprints'),
  {
    metric: 'taiga_project_members',
    labels: ['project', 'role'],
    count: ({ members }) => {
      const table: Table = {};
      for (const [member, role] of members) add(table, `${member.split(' | ')[0]} | ${role}`);
      return table;
    },
  },
];
