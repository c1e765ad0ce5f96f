import type { ColumnDefinition } from '../definition.js';
import { itemUrl } from '../item-url.js';
import { reportUrl } from '../report-url.js';
import type { Cell, ReportResult } from '../result.js';

/** Where a cell leads; undefined: nowhere. */
export type LinkOf = (
  column: ColumnDefinition,
  columns: readonly ColumnDefinition[],
  row: readonly Cell[],
) => string | undefined;

/**
 * Numbers of items lead into Taiga, and cells of columns with `leads_to` to that report, about the same period.
 * @param serviceUrl as for {@link reportUrl}; undefined: there are no pages to lead to
 */
export function createLinks(
  { taigaUrl, projects, period }: Pick<ReportResult, 'taigaUrl' | 'projects' | 'period'>,
  serviceUrl: string | undefined,
): LinkOf {
  return ({ name, leadsTo }, columns, row) => {
    if (name === 'ref') return itemUrl(taigaUrl, columns, row);
    if (leadsTo === undefined || serviceUrl === undefined) return undefined;
    const project = row[columns.findIndex((column) => column.name === 'project')];
    return reportUrl(serviceUrl, leadsTo, project == null ? projects : [project], period);
  };
}
