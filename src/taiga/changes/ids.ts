/** Ids of a table's rows, in order: in a typed array they take a third of the memory of a set. */
export type Ids = Readonly<Float64Array>;

export const NO_IDS: Ids = new Float64Array();

export function toIds(ids: Iterable<number>): Ids {
  return Float64Array.from(ids).sort();
}

/** With these ids, too. */
export function withIds(ids: Ids, others: Iterable<number>): Ids {
  const missing = [...new Set(others)].filter((id) => !hasId(ids, id));
  return missing.length === 0 ? ids : toIds([...ids, ...missing]);
}

/** A binary search. */
export function hasId(ids: Ids, id: number): boolean {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id;
}

export function sumOf(ids: Ids): number {
  return ids.reduce((sum, id) => sum + id, 0);
}
