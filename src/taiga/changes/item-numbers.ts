/**
 * Numbers the items from 0, in the order in which they are first seen. There are hundreds of thousands of them: what is
 * kept by number needs neither a map nor the key once more.
 */
export interface ItemNumbers {
  count(): number;
  /** The number of the item with this history key, which gets one if it has none. */
  of(key: string): number;
  /** Undefined for an item that has no number. */
  find(key: string): number | undefined;
  /** @throws Error when no item has this number */
  keyOf(item: number): string;
}

export function createItemNumbers(): ItemNumbers {
  const numbers = new Map<string, number>();
  const keys: string[] = [];
  return {
    count: () => keys.length,
    of(key) {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, keys.length);
      return keys.push(key) - 1;
    },
    find: (key) => numbers.get(key),
    keyOf(item) {
      const key = keys[item];
      if (key === undefined) throw new Error(`there is no item number ${item}`);
      return key;
    },
  };
}
