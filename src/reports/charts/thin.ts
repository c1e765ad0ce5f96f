import type { Spot } from './path.js';

/**
 * Of the spots of a line, which go from left to right, those that are seen: where many lie above one another, the first, the
 * highest, the lowest and the last one.
 */
export function thinnedLine<S extends Spot>(spots: readonly S[]): S[] {
  const thin: S[] = [];
  for (let from = 0; from < spots.length; ) {
    const pixel = Math.floor(spots[from]?.left ?? 0);
    let to = from + 1;
    while (to < spots.length && Math.floor(spots[to]?.left ?? 0) === pixel) to++;
    const column = spots.slice(from, to);
    const byTop = column.toSorted((a, b) => a.top - b.top);
    const seen = new Set([column[0], byTop[0], byTop.at(-1), column.at(-1)]);
    thin.push(...column.filter((spot) => seen.has(spot)));
    from = to;
  }
  return thin;
}

/** Of spots that lie on the same pixel one, with how many there are. */
export function thinnedSpots<S extends Spot>(
  spots: readonly S[],
  pixel: number,
): { spot: S; count: number }[] {
  const cells = new Map<string, { spot: S; count: number }>();
  for (const spot of spots) {
    const cell = `${Math.round(spot.left / pixel)} ${Math.round(spot.top / pixel)}`;
    const found = cells.get(cell);
    if (found) found.count++;
    else cells.set(cell, { spot, count: 1 });
  }
  return [...cells.values()];
}
