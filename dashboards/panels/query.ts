import {
  DataqueryBuilder,
  PromQueryFormat,
  QueryEditorMode,
} from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCE } from './facts.js';

export interface QueryOptions {
  readonly refId: string;
  readonly expression: string;
  readonly legend?: string;
}

/** As it is at the end of the time range. */
export function instantQuery(options: QueryOptions): DataqueryBuilder {
  return query(options).instant();
}

/** One row a series, the labels as columns. */
export function tableQuery(options: QueryOptions): DataqueryBuilder {
  return instantQuery(options).format(PromQueryFormat.Table);
}

export function rangeQuery(options: QueryOptions): DataqueryBuilder {
  return query(options).range();
}

export function heatmapQuery(options: QueryOptions): DataqueryBuilder {
  return rangeQuery(options).format(PromQueryFormat.Heatmap);
}

/** A, B, C … */
export function refIdAt(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function query({ refId, expression, legend = '' }: QueryOptions): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(refId)
    .datasource(DATASOURCE)
    .expr(expression)
    .legendFormat(legend)
    .editorMode(QueryEditorMode.Code);
}
