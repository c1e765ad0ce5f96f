import { type Growth, onMondays } from './growth.js';
import { lookedUp, once, PROJECT } from './select.js';

/** Weeks that tell what is usual; fewer than ten say little. */
export const BASE_WEEKS = 12;
/** 3 / 1.128: three standard deviations, estimated by the mean moving range of neighbours. */
const FACTOR = 2.66;

/** There are 35 looks into the past, at each day that is drawn: longer windows are slow. */
const LOOK_BACK = '3h';

export interface ProcessLimits {
  readonly mean: string;
  readonly upper: string;
  readonly lower: string;
}

/**
 * Limits of a process behaviour chart (XmR) for a week's growth: the mean of the 12 weeks before it, ± 2.66 × their mean
 * moving range. A week outside is a signal; within, it is noise. At Mondays, like `weekly`.
 */
export function processLimits(growth: Growth): ProcessLimits {
  const mean = `(${at(growth, 0)} - ${at(growth, BASE_WEEKS)}) / ${BASE_WEEKS}`;
  const ranges = Array.from({ length: BASE_WEEKS - 1 }, (_, i) => movingRange(growth, i));
  const spread = `${FACTOR} * (${ranges.join(' + ')}) / ${ranges.length}`;
  return {
    mean: onMondays(mean),
    upper: onMondays(`(${mean} + ${spread})`),
    lower: onMondays(`clamp_min(${mean} - ${spread}, 0)`),
  };
}

/** What was counted so many weeks before. */
function at({ metric, matchers = PROJECT, by = [] }: Growth, weeksAgo: number): string {
  const ago = weeksAgo === 0 ? '' : `${weeksAgo * 7}d`;
  return `sum by (${by.join(', ')}) (${once(lookedUp(`${metric}{${matchers}}`, LOOK_BACK, ago))})`;
}

/** Between a week and the one before, from the three counts at their ends. */
function movingRange(growth: Growth, weeksAgo: number): string {
  const [last, middle, first] = [0, 1, 2].map((i) => at(growth, weeksAgo + i));
  return `abs(${last} - (2 * ${middle} - ${first}))`;
}
