import { BugflowError } from '../base/errors.js';
import type { Column, Row } from '../database/database.js';
import { isHistoryKey, MODELS } from '../taiga/history-keys.js';
import type { CollectorDefinition } from './definition.js';

/**
 * Checks the keys of a collector's `events`: an event with any other key would not be updated when its item changes.
 * @throws BugflowError for the first key that is not one of Taiga's
 */
export function assertHistoryKeys(
  { name, events }: CollectorDefinition,
  columns: readonly Column[],
  rows: readonly Row[],
): void {
  const index = columns.findIndex((column) => column.name === 'key');
  if (!events || index < 0) return;
  const invalid = rows.find((row) => !isHistoryKey(row[index] ?? ''));
  if (!invalid) return;
  throw new BugflowError(
    'COLLECTOR_KEY',
    `collector "${name}": the key "${(invalid[index] ?? '').slice(0, 100)}" is not one of Taiga's history keys; write it like issues.issue:42 (${MODELS.join(', ')})`,
    { place: events },
  );
}
