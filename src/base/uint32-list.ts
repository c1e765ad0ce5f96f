/** Whole numbers below 2^32 by index, 0 where none was set. They take four bytes each, and the garbage collector no time. */
export interface Uint32List {
  /** The number of elements up to the last that was set. */
  length(): number;
  get(index: number): number;
  set(index: number, value: number): void;
  push(value: number): void;
}

const FIRST_CAPACITY = 256;

export function createUint32List(): Uint32List {
  let elements = new Uint32Array(FIRST_CAPACITY);
  let length = 0;
  const list: Uint32List = {
    length: () => length,
    get: (index) => elements[index] ?? 0,
    set(index, value) {
      if (index >= elements.length) {
        const longer = new Uint32Array(Math.max(elements.length * 2, index + 1));
        longer.set(elements);
        elements = longer;
      }
      elements[index] = value;
      length = Math.max(length, index + 1);
    },
    push: (value) => list.set(length, value),
  };
  return list;
}
