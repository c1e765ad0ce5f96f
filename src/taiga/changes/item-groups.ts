import { createUint32List } from '../../base/uint32-list.js';

/** Items, by number, that must be read together, because what happened to one follows from the history of the others. */
export interface ItemGroups {
  join(a: number, b: number): void;
  /** The groups of these items (none named twice) with all members, each group once; they stay as they are now. */
  of(items: Iterable<number>): Groups<number>;
}

export interface Groups<Item> extends Iterable<Item[]> {
  /** Of all groups together. */
  readonly itemCount: number;
}

/**
 * Groups only ever grow together. The members of a group form a circle, and each knows the first of them; the smaller
 * circle becomes part of the larger. An item that was never joined is alone: numbers are kept plus 1, so that 0 says so.
 */
export function createItemGroups(): ItemGroups {
  const firsts = createUint32List();
  const nexts = createUint32List();
  /** By the first member. */
  const sizes = createUint32List();
  const firstOf = (item: number): number => (firsts.get(item) || item + 1) - 1;
  const nextOf = (item: number): number => (nexts.get(item) || item + 1) - 1;
  const sizeOf = (first: number): number => sizes.get(first) || 1;

  function* membersOf(item: number): Iterable<number> {
    yield item;
    for (let member = nextOf(item); member !== item; member = nextOf(member)) yield member;
  }

  return {
    join(a, b) {
      const [firstA, firstB] = [firstOf(a), firstOf(b)];
      if (firstA === firstB) return;
      const [large, small] = sizeOf(firstA) >= sizeOf(firstB) ? [firstA, firstB] : [firstB, firstA];
      for (const member of membersOf(small)) firsts.set(member, large + 1);
      sizes.set(large, sizeOf(large) + sizeOf(small));
      const afterLarge = nextOf(large);
      nexts.set(large, nextOf(small) + 1);
      nexts.set(small, afterLarge + 1);
    },

    of(items) {
      const members = createUint32List();
      const ends = createUint32List();
      /** The first members of larger groups. */
      const taken = new Set<number>();
      for (const item of items) {
        const first = firstOf(item);
        if (taken.has(first)) continue;
        if (sizeOf(first) > 1) taken.add(first);
        for (const member of membersOf(item)) members.push(member);
        ends.push(members.length());
      }
      return {
        itemCount: members.length(),
        *[Symbol.iterator]() {
          for (let i = 0, start = 0; i < ends.length(); i++) {
            const group: number[] = [];
            for (; start < ends.get(i); start++) group.push(members.get(start));
            yield group;
          }
        },
      };
    },
  };
}
