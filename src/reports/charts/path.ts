import { rounded } from './frame.js';

/** A place in the picture. */
export interface Spot {
  readonly left: number;
  readonly top: number;
}

/** A line from spot to spot. */
export function linePath(spots: readonly Spot[]): string {
  return spots.map(({ left, top }, i) => `${i === 0 ? 'M' : 'L'}${rounded(left)} ${rounded(top)}`).join('');
}

/** The area between two lines that go from left to right. */
export function areaPath(upper: readonly Spot[], lower: readonly Spot[]): string {
  return `${linePath([...upper, ...lower.toReversed()])}Z`;
}
