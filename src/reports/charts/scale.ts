export interface Tick {
  /** A coordinate. */
  readonly at: number;
  readonly label: string;
}

/** Where a value is drawn. Nothing is drawn outside the range. */
export function linearScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): (value: number) => number {
  return (value) => from + Math.max(0, Math.min(1, (value - low) / (high - low))) * (to - from);
}
