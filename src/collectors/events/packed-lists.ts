import { createUint32List } from '../../base/uint32-list.js';

/** Many short lists of whole numbers from 0 to 2^53 - 1, by index. */
export interface PackedLists {
  /** Empty where none was set. */
  get(index: number): number[];
  set(index: number, list: readonly number[]): void;
  remove(index: number): void;
  /** Of the lists that were set. */
  indexes(): Iterable<number>;
}

const FIRST_CAPACITY = 1024;
/** 53 bits, seven in a byte. */
const MAX_BYTES = 8;

/**
 * Keeps all lists one after another in a single log of bytes: the count, then the numbers, each as a varint (as in
 * protocol buffers). A new list is added at the end; once more than half of the log is old, the rest moves to a new one.
 */
export function createPackedLists(): PackedLists {
  /** Where each list begins, counted from 1; 0: it was not set. */
  const starts = createUint32List();
  let log = new Uint8Array(FIRST_CAPACITY);
  let end = 0;
  /** Bytes of lists that were replaced. */
  let old = 0;
  /** The next byte to read. */
  let at = 0;

  const write = (number: number): void => {
    let rest = number;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) log[end++] = (rest % 0x80) | 0x80;
    log[end++] = rest;
  };
  const read = (): number => {
    let number = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = log[at++] ?? 0;
      number += (byte & 0x7f) * scale;
      if (byte < 0x80) return number;
    }
  };
  /** The end of the list that begins here. */
  const endOf = (start: number): number => {
    at = start;
    for (let left = read(); left > 0; left--) read();
    return at;
  };

  const grow = (bytes: number): void => {
    if (end + bytes <= log.length) return;
    const longer = new Uint8Array(Math.max(log.length * 2, end + bytes));
    longer.set(log.subarray(0, end));
    log = longer;
  };
  const compact = (): void => {
    const kept = new Uint8Array(end - old);
    let length = 0;
    for (let index = 0; index < starts.length(); index++) {
      const start = starts.get(index) - 1;
      if (start < 0) continue;
      starts.set(index, length + 1);
      const listEnd = endOf(start);
      for (let i = start; i < listEnd; i++) kept[length++] = log[i] ?? 0;
    }
    log = kept;
    end = length;
    old = 0;
  };

  const remove = (index: number): void => {
    const start = starts.get(index) - 1;
    if (start >= 0) old += endOf(start) - start;
    starts.set(index, 0);
  };

  return {
    get(index) {
      const start = starts.get(index) - 1;
      if (start < 0) return [];
      at = start;
      const list: number[] = [];
      for (let left = read(); left > 0; left--) list.push(read());
      return list;
    },

    set(index, list) {
      remove(index);
      if (old > end / 2) compact();
      grow((1 + list.length) * MAX_BYTES);
      starts.set(index, end + 1);
      write(list.length);
      for (const number of list) write(number);
    },

    remove,

    *indexes() {
      for (let index = 0; index < starts.length(); index++) if (starts.get(index) > 0) yield index;
    },
  };
}
