import { BugflowError } from '../base/errors.js';
import type { Grid } from './steps.js';

const HOUR_MS = 3_600_000;

/** The lengths that promtool can make without rounding down: 2 h × 3^n. Longer blocks cost memory in queries. */
const BLOCK_LENGTHS_MS = [2, 6, 18, 54, 162, 486].map((hours) => hours * HOUR_MS);

/** So a year gives a few dozen blocks, and a file stays near a gigabyte. */
const MAX_STEPS_PER_BLOCK = 4000;

/** Prometheus may still hold this time in memory: blocks of it would overlap with those that it writes itself. */
export const RECENT_EDGE_MS = 3 * HOUR_MS;

/** The longest allowed block that does not get too big at this step. */
export function chooseBlockMs(stepMs: number): number {
  const fitting = BLOCK_LENGTHS_MS.filter((lengthMs) => lengthMs / stepMs <= MAX_STEPS_PER_BLOCK);
  return fitting.at(-1) ?? 2 * HOUR_MS;
}

/** Blocks begin at multiples of their length since the epoch. */
export function blockStartMs(atMs: number, blockMs: number): number {
  return Math.floor(atMs / blockMs) * blockMs;
}

export function blockHours(blockMs: number): string {
  return `${blockMs / HOUR_MS}h`;
}

/** The grid without the last `edgeMs` before now. */
export function endBeforeNow(grid: Grid, nowMs: number, edgeMs: number): Grid {
  const lastMs = nowMs - edgeMs;
  if (grid.toMs <= lastMs) return grid;
  const steps = Math.floor((lastMs - grid.fromMs) / grid.stepMs);
  if (steps < 1) {
    const reason =
      edgeMs === 0 ? 'the future is not known' : 'the last 3 hours are left to Prometheus itself';
    throw new BugflowError(
      'BACKFILL_USAGE',
      `--from ${new Date(grid.fromMs).toISOString()} leaves nothing to backfill, as ${reason}: choose an earlier one`,
    );
  }
  return { ...grid, toMs: grid.fromMs + steps * grid.stepMs };
}
