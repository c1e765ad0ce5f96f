import type { ColumnDefinition } from './definition.js';
import type { Cell } from './result.js';

/** The page of an item in Taiga; undefined where Taiga's address is not known, or the row leads to no item. */
export function itemUrl(
  taigaUrl: string,
  columns: readonly ColumnDefinition[],
  row: readonly Cell[],
): string | undefined {
  const item = itemOf(columns, row);
  return item && taigaItemUrl(taigaUrl, item);
}

/** Where a row leads that tells of an item; undefined: nowhere. */
export type ItemLinkOf = (columns: readonly ColumnDefinition[], row: readonly Cell[]) => string | undefined;

/** What Taiga's address of an item consists of. */
export interface ItemAddress {
  readonly project: string;
  readonly kind: string;
  readonly ref: number | string;
}

/** The item that a row tells of; undefined: none. */
export function itemOf(columns: readonly ColumnDefinition[], row: readonly Cell[]): ItemAddress | undefined {
  const cell = (name: string): Cell => row[columns.findIndex((column) => column.name === name)] ?? null;
  const [project, kind, ref] = [cell('project'), cell('kind'), cell('ref')];
  return project === null || kind === null || ref === null ? undefined : { project, kind, ref };
}

/** Undefined where Taiga's address is not known. */
export function taigaItemUrl(taigaUrl: string, { project, kind, ref }: ItemAddress): string | undefined {
  if (taigaUrl === '') return undefined;
  const parts = [project, kind === 'userstory' ? 'us' : kind, ref].map(encodeURIComponent);
  return `${taigaUrl}/project/${parts.join('/')}`;
}
