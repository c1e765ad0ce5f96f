/** Steps that people count in: 1, 2 or 5 times a power of ten. */
function niceStep(span: number, count: number): number {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((each) => each * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

export interface NiceRange {
  readonly step: number;
  /** Ascending; the first and the last one are the ends of the range. */
  readonly ticks: readonly number[];
}

/** A range of whole steps, about `count` of them, around all values from `low` to `high`. */
export function niceRange(low: number, high: number, count: number, leastStep = 0): NiceRange {
  const [from, to] = widened(low, high);
  const step = Math.max(niceStep(to - from, count), leastStep);
  const first = Math.floor(from / step);
  const last = Math.max(first + 1, Math.ceil(to / step));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  // Of numbers so large that a step changes nothing some are the same.
  return { step, ticks: [...new Set(ticks)] };
}

/** A range with a width: equal values get some space around them. */
function widened(low: number, high: number): readonly [number, number] {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > size * 1e-9) return [low, high];
  const space = size === 0 ? 1 : size / 10;
  return [low - space, high + space];
}

/** A number that can be drawn: sums of it do not overflow, and what is next to nothing is 0. */
export function drawable(value: number): number {
  if (Math.abs(value) < 1e-300) return 0;
  return Math.max(-1e300, Math.min(1e300, value));
}

/** The least and the greatest; of none 0. */
export function extent(values: Iterable<number>): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}
