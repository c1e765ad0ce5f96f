/** Items that must be read together, because what happened to one follows from the history of the others. */
export interface ItemGroups {
  join(a: string, b: string): void;
  /** All members of an item's group, itself among them. */
  of(key: string): ReadonlySet<string>;
}

/** Groups only ever grow together: each member knows its group, the smaller group moves into the larger. */
export function createItemGroups(): ItemGroups {
  const groupOf = new Map<string, Set<string>>();
  return {
    join(a, b) {
      if (a === b) return;
      const groupA = groupOf.get(a) ?? new Set([a]);
      const groupB = groupOf.get(b) ?? new Set([b]);
      const [large, small] = groupA.size >= groupB.size ? [groupA, groupB] : [groupB, groupA];
      groupOf.set(a, large).set(b, large);
      if (large === small) return;
      for (const member of small) {
        large.add(member);
        groupOf.set(member, large);
      }
    },
    // Most items are alone: of these nothing is kept.
    of: (key) => groupOf.get(key) ?? new Set([key]),
  };
}
