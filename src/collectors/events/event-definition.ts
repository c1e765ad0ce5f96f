import type { SqlSource } from '../../taiga/sql/compile.js';
import type { CollectorDefinition } from '../definition.js';

export type EventDefinition = CollectorDefinition & { readonly events: SqlSource };

export function eventDefinitions(definitions: readonly CollectorDefinition[]): EventDefinition[] {
  return definitions.flatMap((definition) => {
    const { events } = definition;
    return events ? [{ ...definition, events }] : [];
  });
}
