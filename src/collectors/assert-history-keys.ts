import { BugflowError } from '../base/errors.js';
import type { Column, Row } from '../database/database.js';
import { isHistoryKey, MODELS } from '../taiga/history-keys.js';
import type { CollectorDefinition } from './definition.js';

/**
 * Looks through the rows of a collector's `events`: nobody could tell when what has another key changes.
 * @throws BugflowError for the first key that is none of Taiga's.
 */
export function assertHistoryKeys(
  { name, events }: CollectorDefinition,
  columns: readonly Column[],
  rows: readonly Row[],
): void {
  const index = columns.findIndex((column) => column.name === 'key');
  if (!events || index < 0) return;
  const stranger = rows.find((row) => !isHistoryKey(row[index] ?? ''));
  if (!stranger) return;
  throw new BugflowError(
    'COLLECTOR_KEY',
    `collector "${name}": the key "${(stranger[index] ?? '').slice(0, 100)}" is none of Taiga's history keys; write it like issues.issue:42 (${MODELS.join(', ')})`,
    { place: events },
  );
}
