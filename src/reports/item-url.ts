import type { ColumnDefinition } from './definition.js';
import type { Cell } from './result.js';

/** The page of an item in Taiga; undefined where Taiga's address is not known, or the row leads to no item. */
export function itemUrl(
  taigaUrl: string,
  columns: readonly ColumnDefinition[],
  row: readonly Cell[],
): string | undefined {
  const cell = (name: string): Cell => row[columns.findIndex((column) => column.name === name)] ?? null;
  const [project, kind, ref] = [cell('project'), cell('kind'), cell('ref')];
  if (taigaUrl === '' || project === null || kind === null || ref === null) return undefined;
  const parts = [project, kind === 'userstory' ? 'us' : kind, ref].map(encodeURIComponent);
  return `${taigaUrl}/project/${parts.join('/')}`;
}
