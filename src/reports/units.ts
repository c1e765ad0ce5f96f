/**
 * What a column's values are, which decides how they are written. SQL gives durations in seconds, shares from 0 to 1,
 * times as timestamptz, and trends as arrays of numbers.
 */
export const UNITS = [
  'text',
  'number',
  'items',
  'points',
  'duration',
  'share',
  'date',
  'time',
  'trend',
] as const;
export type Unit = (typeof UNITS)[number];

const NUMERIC: ReadonlySet<Unit> = new Set(['number', 'items', 'points', 'duration', 'share']);

/** Whether a value is one number. */
export function isNumeric(unit: Unit): boolean {
  return NUMERIC.has(unit);
}

/** Whether it counts or measures what there is, so that nothing can be less than 0. */
export function isNeverNegative(unit: Unit): boolean {
  return unit !== 'number' && isNumeric(unit);
}

export interface DurationUnit {
  readonly name: 'days' | 'h' | 'min' | 's';
  readonly seconds: number;
}

const SECOND: DurationUnit = { name: 's', seconds: 1 };
const LONGER: readonly DurationUnit[] = [
  { name: 'days', seconds: 86_400 },
  { name: 'h', seconds: 3600 },
  { name: 'min', seconds: 60 },
];

/** What a duration of this length is written in. */
export function durationUnit(seconds: number): DurationUnit {
  return LONGER.find((unit) => Math.abs(seconds) >= unit.seconds) ?? SECOND;
}
