import type { SqlSource } from '../../taiga/sql/query-text.js';
import type { CollectorDefinition } from '../definition.js';

export type EventDefinition = CollectorDefinition & { readonly events: SqlSource };

export function eventDefinitions(definitions: readonly CollectorDefinition[]): EventDefinition[] {
  return definitions.flatMap((definition) => {
    const { events } = definition;
    return events ? [{ ...definition, events }] : [];
  });
}
