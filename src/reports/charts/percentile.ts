/** As percentile_cont of PostgreSQL: between two values in proportion. `sorted` is ascending, and has at least one. */
export function percentile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [below = 0, above = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}

/** `p85`. */
export function percentileName(share: number): string {
  return `p${Number((share * 100).toFixed(2))}`;
}
