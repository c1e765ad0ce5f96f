import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  ConstantVariableBuilder,
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  type VariableModel,
  type VariableOption,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './panels/facts.js';

type Variable = Builder<VariableModel>;

const ALL: VariableOption = { selected: true, text: 'All', value: '$__all' };

/** Where the exporter's pages are; whoever installs the dashboards sets it from `external_urls`. */
export const EXPORTER_URL = 'http://127.0.0.1:10284';

export function datasource(hide = VariableHide.DontHide): Variable {
  return new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus').hide(hide);
}

/** By name, to choose from; several or all. `.+` stands for all, whatever their number. */
export function projects(): Variable {
  return namedProjects('max by (project, project_name) (taiga_project_info)')
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current(ALL);
}

/** By name, one of those that have sprints; first, and so the default, those where one is running. */
export function oneProject(): Variable {
  const sprints = 'count by (project) (taiga_sprint_info)';
  const running = 'count by (project) (taiga_sprint_info{state="current"})';
  return namedProjects(
    `sort_desc(max by (project, project_name) (taiga_project_info) * on (project) group_left () (${sprints} + 10000 * ${running} or ${sprints}))`,
  )
    .sort(VariableSort.Disabled)
    .multi(false)
    .includeAll(false);
}

/** What the fixed project is called; where it is all of them, all their names. */
export function projectName(): Variable {
  return queried('project_name', 'label_values(taiga_project_info{project=~"$project"}, project_name)')
    .hide(VariableHide.HideVariable)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .current(ALL);
}

function namedProjects(expression: string): QueryVariableBuilder {
  return queried('project', `query_result(${expression})`)
    .label('Project')
    .regex('/project="(?<value>[^"]+)",project_name="(?<text>(?:[^"\\\\]|\\\\.)*)"/');
}

/** The issue types that are bugs (`bugs:` in the exporter's configuration); all of them unless some are chosen. */
export function bugTypes(hide = VariableHide.DontHide): Variable {
  return queried(
    'bug_type',
    'label_values(taiga_issue_type_info{project=~"$project",bug="true"}, issue_type)',
  )
    .label('Bug type')
    .hide(hide)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .current(ALL);
}

const SPRINT_NAMES = 'max by (project, sprint, sprint_name) (taiga_sprint_info{project=~"$project"})';
const IN_STATE = (state: string): string =>
  `max by (project, sprint) (taiga_sprint_info{project=~"$project",state="${state}"})`;
const STARTS = 'max by (project, sprint) (taiga_sprint_start_timestamp_seconds{project=~"$project"})';
const ENDS = 'max by (project, sprint) (taiga_sprint_end_timestamp_seconds{project=~"$project"})';

/**
 * Sprints to choose from: the running one first and so the default (of two on the day when one ends and the next begins:
 * the one that ends), then the past ones, the latest first, then those to come.
 */
export function sprints(): Variable {
  const order = `(20000000000 - ${ENDS} and on (project, sprint) ${IN_STATE('current')}) or (${STARTS} and on (project, sprint) ${IN_STATE('past')}) or -1 * ${STARTS}`;
  return sprintVariable(order).label('Sprint');
}

/** The running sprint, if there is one. */
export function currentSprint(): Variable {
  return sprintVariable(`20000000000 - ${ENDS} and on (project, sprint) ${IN_STATE('current')}`).hide(
    VariableHide.HideVariable,
  );
}

/**
 * From when to when a report is about the chosen sprint, in milliseconds: up to its end, or so far. A sprint that begins on
 * the last day of the chosen one would be taken for it from then on.
 */
export function sprintPeriod(): Variable[] {
  const chosen = 'project=~"$project",sprint="$sprint"';
  const start = `max(taiga_sprint_start_timestamp_seconds{${chosen}})`;
  const end = `max by (sprint) (taiga_sprint_end_timestamp_seconds{${chosen}})`;
  const next = `(${STARTS} > scalar(${start})) >= scalar(max(${end})) - 86400`;
  return [
    moment('sprint_from', `clamp_max(${start}, time() - 86400) or vector(time() - 86400)`),
    moment('sprint_to', `clamp_max(min(${end} or max by (sprint) (${next})), time()) or vector(time())`),
  ];
}

/** In milliseconds, so that `date:iso` writes it. */
function moment(name: string, seconds: string): Variable {
  return queried(name, `query_result((${seconds}) * 1000)`)
    .regex('/ (?<value>\\d+)(?:\\.\\d+)? /')
    .hide(VariableHide.HideVariable)
    .sort(VariableSort.Disabled)
    .multi(false)
    .includeAll(false);
}

function sprintVariable(order: string): QueryVariableBuilder {
  return queried(
    'sprint',
    `query_result(sort_desc((${order}) * on (project, sprint) group_left (sprint_name) ${SPRINT_NAMES}))`,
  )
    .regex('/sprint="(?<value>[^"]+)",sprint_name="(?<text>(?:[^"\\\\]|\\\\.)*)"/')
    .sort(VariableSort.Disabled)
    .multi(false)
    .includeAll(false);
}

/** Which items: their flow is not comparable. */
export function kinds(): Variable {
  return new CustomVariableBuilder('kind')
    .label('Items')
    .values('User stories : userstory, Issues : issue, Tasks : task')
    .multi(true)
    .includeAll(false)
    .current({ selected: true, text: ['User stories'], value: ['userstory'] })
    .options([
      { selected: true, text: 'User stories', value: 'userstory' },
      { selected: false, text: 'Issues', value: 'issue' },
      { selected: false, text: 'Tasks', value: 'task' },
    ]);
}

/** The exporters that Prometheus scrapes. */
export function instances(): Variable {
  return queried('instance', 'label_values(bugflow_build_info, instance)')
    .label('Exporter')
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current(ALL);
}

export function exporter(url = EXPORTER_URL): Variable {
  return constant('exporter', url);
}

/** A fixed value, which nobody sees. */
export function constant(name: string, value: string): Variable {
  const model = new ConstantVariableBuilder(name).value(value).build();
  return { build: () => ({ ...model, current: { selected: true, text: value, value } }) };
}

function queried(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged);
}
