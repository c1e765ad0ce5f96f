import type { Verdicts } from './verdict.js';

/** How a number stands to an earlier one of its kind: what is usual differs from team to team. */
export interface Comparison {
  /** PromQL for the earlier number. */
  readonly before: string;
  /** Words for less, as much, and more. */
  readonly words: readonly [string, string, string];
  readonly good: 'less' | 'more';
  /** How much of a difference is noise, as a share. */
  readonly tolerance?: number;
}

/** Without an earlier number it is as it is: no verdict is better than a wrong one, so the middle one. */
export function compared(now: string, { before, words, good, tolerance = 0.15 }: Comparison): Verdicts {
  const base = `scalar((${before}) > 0 or ${now})`;
  const [less, same, more] = words;
  return [
    { word: less, colour: good === 'less' ? 'green' : 'orange' },
    { word: same, colour: 'blue', from: `${1 - tolerance} * ${base}` },
    { word: more, colour: good === 'more' ? 'green' : 'orange', from: `${1 + tolerance} * ${base} + 0.001` },
  ];
}
