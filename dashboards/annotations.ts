import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type AnnotationQuery, AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './panels/facts.js';
import { PROJECT } from './promql/select.js';

/** Alerts of the chosen projects, and of the service, which belong to none. */
export const FIRING = 'ALERTS{alertstate="firing",severity!~"info|none",project=~"$project|"}';

/** All of them, where no project is chosen. */
const ALL_FIRING = 'ALERTS{alertstate="firing",severity!~"info|none"}';

/** What happened that explains a curve. */
export function annotations(): Builder<AnnotationQuery>[] {
  return [
    sprintBoundary('Sprint starts', 'taiga_sprint_start_timestamp_seconds', 'blue'),
    sprintBoundary('Sprint ends', 'taiga_sprint_end_timestamp_seconds', 'purple'),
    alerts(FIRING),
  ];
}

export function alertAnnotations(): Builder<AnnotationQuery>[] {
  return [alerts(ALL_FIRING)];
}

/** Where sprints begin, without a switch for it: on a wall there is nobody to switch. */
export function wallAnnotations(): Builder<AnnotationQuery>[] {
  const { placement: _, ...annotation } = sprintBoundary(
    'Sprint starts',
    'taiga_sprint_start_timestamp_seconds',
    'blue',
  )
    .hide(true)
    .build();
  return [{ build: () => annotation }];
}

/**
 * The dates are values: the time of the annotation is the value, in milliseconds. A sprint is marked once, where it was
 * planned at the end of the range, ahead of that, too; not at every date that was ever planned. The end is the last step,
 * up to a day ago, so it is looked up also a day ahead of it.
 */
function sprintBoundary(name: string, metric: string, colour: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(colour)
    .expr(`max by (project, sprint) (last_over_time(${metric}{${PROJECT}}[2d] @ end() offset -1d)) * 1000`)
    .step('1d')
    .useValueForTime(true)
    .titleFormat(name)
    .textFormat('{{sprint}}')
    .tagKeys('project');
}

function alerts(firing: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('red')
    .expr(`max by (alertname, project, severity) (max_over_time(${firing}[1h]))`)
    .step('1h')
    .titleFormat('{{alertname}}')
    .textFormat('{{project}}')
    .tagKeys('severity');
}
