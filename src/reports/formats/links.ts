import { Temporal } from 'temporal-polyfill';
import type { BarLinkOf } from '../charts/linked.js';
import type { ColumnDefinition } from '../definition.js';
import { type ItemLinkOf, itemOf, itemUrl } from '../item-url.js';
import { itemReportUrl, reportUrl } from '../report-url.js';
import type { Cell, ReportResult } from '../result.js';

/** Where a cell leads; undefined: nowhere. */
export type LinkOf = (
  column: ColumnDefinition,
  columns: readonly ColumnDefinition[],
  row: readonly Cell[],
) => string | undefined;

type Linked = Pick<ReportResult, 'definition' | 'taigaUrl' | 'projects' | 'period' | 'item'>;

/**
/**
 * Numbers of items lead to the page about the item's life (without pages: into Taiga), and cells of columns with
 * `leads_to` to that report, about the same period; within the same report about the same projects to its section.
 * @param serviceUrl as for {@link reportUrl}; undefined: there are no pages to lead to
 */
export function createLinks(result: Linked, serviceUrl: string | undefined): LinkOf {
  const { definition, projects, period } = result;
  const itemLinkOf = createItemLinks(result, serviceUrl);
  return ({ name, leadsTo }, columns, row) => {
    if (name === 'ref') return itemLinkOf(columns, row);
    if (leadsTo === undefined) return undefined;
    const project = row[columns.findIndex((column) => column.name === 'project')];
    const [report, section] = leadsTo.split('#');
    const isSame = project == null || (projects.length === 1 && projects[0] === project);
    if (report === definition.name && section !== undefined && isSame) return `#${section}`;
    if (serviceUrl === undefined) return undefined;
    return reportUrl(serviceUrl, leadsTo, project == null ? projects : [project], period);
  };
}

/** A bar leads where its column leads; one that stands for a day or a week to what was then. */
export function createBarLinks(
  result: Linked & Pick<ReportResult, 'timeZone'>,
  serviceUrl: string | undefined,
): BarLinkOf {
  const { projects, period, timeZone } = result;
  const linkOf = createLinks(result, serviceUrl);
  return ({ x, covers }, column, columns, row) => {
    const { leadsTo } = column;
    const cell = (name: string): Cell => row[columns.findIndex((each) => each.name === name)] ?? null;
    const [date, project] = [cell(x), cell('project')];
    if (leadsTo === undefined || covers === undefined || serviceUrl === undefined || date === null)
      return linkOf(column, columns, row);
    const first = Temporal.PlainDate.from(date);
    const momentOf = (day: Temporal.PlainDate): number => day.toZonedDateTime({ timeZone }).epochMilliseconds;
    const fromMs = Math.max(period.fromMs, momentOf(first));
    const toMs = Math.min(period.toMs, momentOf(first.add(covers === 'day' ? { days: 1 } : { weeks: 1 })));
    if (fromMs >= toMs) return undefined;
    return reportUrl(serviceUrl, leadsTo, project === null ? projects : [project], { fromMs, toMs });
  };
}

/** Leads to the page about the item's life; where there is none, or it is this page, into Taiga. */
export function createItemLinks({ taigaUrl, item: own }: Linked, serviceUrl: string | undefined): ItemLinkOf {
  return (columns, row) => {
    const item = itemOf(columns, row);
    if (!item) return undefined;
    const isOwn = item.project === own?.now?.project && String(item.ref) === String(own.now.ref);
    return serviceUrl === undefined || isOwn
      ? itemUrl(taigaUrl, columns, row)
      : itemReportUrl(serviceUrl, item);
  };
}

/** The second link of a number: into Taiga, where the first one leads elsewhere. */
export function createTaigaLinks(result: Linked, serviceUrl: string | undefined): LinkOf {
  const itemLinkOf = createItemLinks(result, serviceUrl);
  return ({ name }, columns, row) => {
    if (name !== 'ref') return undefined;
    const address = itemUrl(result.taigaUrl, columns, row);
    return address === itemLinkOf(columns, row) ? undefined : address;
  };
}
