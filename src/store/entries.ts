/** Where a store's entries are: values are JSON, collections and keys any text without NUL. */
export interface Entries {
  get(collection: string, key: string): string | undefined;
  /** Sorted by key. */
  list(collection: string): readonly (readonly [key: string, value: string])[];
  put(collection: string, key: string, value: string): void;
  /** Returns whether the key existed. */
  delete(collection: string, key: string): boolean;
  /** Does all of the work or none; the work must be synchronous. */
  transaction<T>(work: () => T): T;
  close(): void;
}
