import type { PostCondition } from '../../config/report-posts-section.js';
import type { ReportResult } from '../result.js';

/** Whether there is something to tell; a section that is off, or a number that is missing, tells nothing. */
export function isMet(condition: PostCondition | undefined, { sections }: ReportResult): boolean {
  if (condition === undefined) return true;
  const section = sections.find(({ definition }) => definition.name === condition.section);
  const [row] = section?.rows ?? [];
  if (!section || !row) return false;
  const { number } = condition;
  if (number === undefined) return true;
  const cell = row[section.definition.columns.findIndex(({ name }) => name === number.column)] ?? null;
  if (cell === null) return false;
  return (
    Number(cell) > (number.above ?? Number.POSITIVE_INFINITY) ||
    Number(cell) < (number.below ?? Number.NEGATIVE_INFINITY)
  );
}
