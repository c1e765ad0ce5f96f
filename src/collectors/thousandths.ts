/*
 * Totals are counted in whole thousandths (milliseconds for seconds, thousandths of a point). Sums of whole numbers are
 * exact in any order; sums of binary fractions are not, and Prometheus takes the smallest fall of a counter for a reset
 * and adds its whole value again.
 */

/**
 * NaN when there are more thousandths than can be counted exactly. A value known to the millionth, like PostgreSQL's times,
 * is always rounded to the same result, however it was computed.
 */
export function toThousandths(value: number): number {
  const millionths = Math.round(value * 1e6);
  return countable(
    Number.isSafeInteger(millionths) ? Math.round(millionths / 1000) : Math.round(value * 1000),
  );
}

/** NaN when the total is more than can be counted exactly. */
export function addThousandths(total: number, amount: number): number {
  return countable(total + amount);
}

export function fromThousandths(thousandths: number): number {
  return thousandths / 1000;
}

function countable(thousandths: number): number {
  return Number.isSafeInteger(thousandths) ? thousandths : Number.NaN;
}
