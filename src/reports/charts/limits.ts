import { isNeverNegative, type Unit } from '../units.js';

/** What a process does by itself: the mean, and how far from it a value may be by chance. */
export interface ProcessLimits {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** Turns the mean of two neighbours' distances into three standard deviations. */
const THREE_SIGMA = 2.66;

/**
 * The natural limits of values in the order in which they came, from the mean and the average moving range (XmR). They move
 * with each value a little, but much less than with its distance from the mean. One value alone has none.
 */
export function processLimits(values: readonly number[], unit: Unit): ProcessLimits | undefined {
  if (values.length < 2) return undefined;
  const mean = average(values);
  const ranges = values.slice(1).map((value, i) => Math.abs(value - (values[i] ?? value)));
  const reach = THREE_SIGMA * average(ranges);
  const lower = mean - reach;
  return { mean, lower: isNeverNegative(unit) ? Math.max(0, lower) : lower, upper: mean + reach };
}

/** Whether a value is so far from the mean that it had a reason of its own. */
export function isOutside(value: number, { lower, upper }: ProcessLimits): boolean {
  // Sums of equal values can differ from them in the last digit.
  const tolerance = 1e-9 * Math.max(Math.abs(lower), Math.abs(upper));
  return value > upper + tolerance || value < lower - tolerance;
}

/** Divided before they are added: sums of the largest numbers would overflow. */
function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value / values.length, 0);
}
