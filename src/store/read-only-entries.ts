import type { Entries } from './entries.js';
import { unwritable } from './store-error.js';

/** One entry in each collection, always under the same key. */
export function createReadOnlyEntries(
  path: string,
  values: ReadonlyMap<string, string>,
  onlyKey: string,
): Entries {
  const refuse = (): never => {
    throw unwritable(path, 'it is only read here');
  };
  return {
    get: (collection, key) => (key === onlyKey ? values.get(collection) : undefined),
    list(collection) {
      const value = values.get(collection);
      return value === undefined ? [] : [[onlyKey, value]];
    },
    put: refuse,
    delete: refuse,
    transaction: refuse,
    close: () => undefined,
  };
}
