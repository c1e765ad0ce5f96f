/** Where a store's entries are: values are JSON, collections and keys any text without NUL. */
export interface Entries {
  get(collection: string, key: string): string | undefined;
  /** In the order of their keys. */
  list(collection: string): readonly (readonly [key: string, value: string])[];
  put(collection: string, key: string, value: string): void;
  /** Whether it was there. */
  delete(collection: string, key: string): boolean;
  /** All of it or nothing; it must not wait for anything. */
  transaction<T>(work: () => T): T;
  close(): void;
}
