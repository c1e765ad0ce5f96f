import { setImmediate as nextTurn } from 'node:timers/promises';
import { BugflowError } from '../base/errors.js';
import type { Change, Timeline } from './timeline.js';

/** The moments that a backfill writes samples for: `fromMs`, `fromMs + stepMs`, … `toMs`. Unix milliseconds. */
export interface Grid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** All series at one moment. Reused from step to step: a sink copies what it keeps. */
export interface Step {
  readonly atMs: number;
  /** By series, longer than there are series; NaN: the series has not begun, or is gone. */
  readonly values: Float64Array;
  /** Series with a change since the last step, each once, with those of `changedCount` entries that count. */
  readonly changed: Int32Array;
  readonly changedCount: number;
  /** How many series have a value. */
  readonly present: number;
}

export interface StepSink {
  /** Called in order of time. A promise makes the walk wait. */
  step(step: Step): Promise<void> | undefined;
}

export interface WalkOptions {
  /**
   * Up to here changes are looked at for counters that begin after the last step: that is when somebody else writes
   * on. By default until one step later.
   */
  readonly lookUntilMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SECOND_MS = 1000;
/** The event loop gets its turn this often: for signals, progress and servers beside us. */
const TURN_MS = 25;
const STEPS_PER_LOOK = 32;

export function countSteps({ fromMs, toMs, stepMs }: Grid): number {
  return Math.floor((toMs - fromMs) / stepMs) + 1;
}

/** Refuses a grid that is empty or does not come out even, and names one that would. */
export function checkGrid({ fromMs, toMs, stepMs }: Grid): void {
  if (![fromMs, toMs, stepMs].every(Number.isSafeInteger)) throw usage('--from, --to and --step are wanted');
  if (stepMs < SECOND_MS || stepMs % SECOND_MS !== 0)
    throw usage(`--step ${stepMs / SECOND_MS}s: whole seconds are wanted, from 1s on`);
  if (fromMs >= toMs) throw usage(`--from ${iso(fromMs)} must lie before --to ${iso(toMs)}`);
  if (fromMs % SECOND_MS !== 0) throw usage(`--from ${iso(fromMs)}: whole seconds are wanted`);
  if (stepMs > toMs - fromMs)
    throw usage(`--step ${stepMs / SECOND_MS}s is longer than the time from --from to --to`);
  const rest = (toMs - fromMs) % stepMs;
  if (rest !== 0) {
    throw usage(
      `--step ${stepMs / SECOND_MS}s does not divide the time from --from to --to: ` +
        `write --to ${iso(toMs - rest)} or --to ${iso(toMs - rest + stepMs)}`,
    );
  }
}

/**
 * One pass over the changes, in which every step of the grid is handed out with the values of that moment: a change
 * at exactly that moment counts. Memory follows the number of series, time that of changes and steps.
 *
 * A step is held back until the changes up to the next one are known: what only grows is 0 at the step before its first
 * change, or whoever asks for its increase would miss what it began with.
 */
export async function walkSteps(
  timeline: Timeline,
  grid: Grid,
  sink: StepSink,
  { signal, lookUntilMs = grid.toMs + grid.stepMs }: WalkOptions = {},
): Promise<void> {
  const { toMs, stepMs } = grid;
  let nextMs = grid.fromMs;
  let values = new Float64Array(1024).fill(Number.NaN);
  /** Of the step after that: values of the series with a change in between, and which these are. */
  let laterValues = new Float64Array(1024);
  let laterIn = new Int32Array(1024).fill(-1);
  const later: number[] = [];
  /** The series that follow from the moment, until their next change; and those that do from the step after next on. */
  const growing = new Map<number, (atMs: number) => number>();
  const growingLater = new Map<number, (atMs: number) => number>();
  let changed = new Int32Array(1024);
  let changedCount = 0;
  /** The step in which a series was last noted as changed. */
  let notedIn = new Int32Array(1024).fill(-1);
  let present = 0;
  let stepNumber = 0;
  let turnAt = performance.now() + TURN_MS;

  const grow = (wanted: number): void => {
    const size = Math.max(wanted, values.length * 2);
    const longer = new Float64Array(size).fill(Number.NaN);
    longer.set(values);
    values = longer;
    const longerLater = new Float64Array(size);
    longerLater.set(laterValues);
    laterValues = longerLater;
    const longerLaterIn = new Int32Array(size).fill(-1);
    longerLaterIn.set(laterIn);
    laterIn = longerLaterIn;
    const longerChanged = new Int32Array(size);
    longerChanged.set(changed);
    changed = longerChanged;
    const longerNoted = new Int32Array(size).fill(-1);
    longerNoted.set(notedIn);
    notedIn = longerNoted;
  };

  /** From here on a series has this value at the step that is handed out next. */
  const set = (series: number, value: number): void => {
    const before = values[series] ?? Number.NaN;
    if (Object.is(before, value)) return;
    present += Number(Number.isNaN(before)) - Number(Number.isNaN(value));
    values[series] = value;
    if (notedIn[series] === stepNumber) return;
    notedIn[series] = stepNumber;
    changed[changedCount] = series;
    changedCount += 1;
  };
  /** The same for the step after that. */
  const setLater = (series: number, value: number): void => {
    if (laterIn[series] !== stepNumber) {
      laterIn[series] = stepNumber;
      later.push(series);
      if (timeline.series[series]?.isCumulative && Number.isNaN(values[series])) set(series, 0);
    }
    laterValues[series] = value;
  };
  const compute = (): void => {
    if (present === 0) return;
    for (const { series, valueAt } of timeline.computed ?? []) {
      if (series >= values.length) grow(series + 1);
      set(series, valueAt(nextMs));
    }
    for (const [series, valueAt] of growing) set(series, valueAt(nextMs));
  };
  const follow = (into: typeof growing, { series, valueAt }: Change): void => {
    if (valueAt) into.set(series, valueAt);
    else into.delete(series);
  };
  const handOut = async (): Promise<void> => {
    compute();
    await sink.step({ atMs: nextMs, values, changed, changedCount, present });
    nextMs += stepMs;
    stepNumber += 1;
    changedCount = 0;
    for (const series of later) {
      set(series, laterValues[series] ?? Number.NaN);
      follow(growing, { atMs: nextMs, series, value: 0, valueAt: growingLater.get(series) });
    }
    later.length = 0;
    growingLater.clear();
    if (stepNumber % STEPS_PER_LOOK === 0 && performance.now() >= turnAt) await takeTurn();
  };
  const takeTurn = async (): Promise<void> => {
    await nextTurn();
    signal?.throwIfAborted();
    turnAt = performance.now() + TURN_MS;
  };

  signal?.throwIfAborted();
  let lastMs = Number.NEGATIVE_INFINITY;
  reading: for await (const batch of timeline.changes()) {
    for (const change of batch) {
      const { atMs, series, value } = change;
      if (!(atMs >= lastMs)) throw new Error(`changes out of order: ${atMs} after ${lastMs}`);
      lastMs = atMs;
      while (atMs > nextMs + stepMs && nextMs < toMs) await handOut();
      if (nextMs >= toMs && atMs > lookUntilMs) break reading;
      if (series >= values.length) grow(series + 1);
      if (atMs <= nextMs) {
        set(series, value);
        follow(growing, change);
      } else {
        setLater(series, value);
        follow(growingLater, change);
      }
    }
  }
  while (nextMs <= toMs) await handOut();
}

function usage(message: string): BugflowError {
  return new BugflowError('BACKFILL_USAGE', message);
}

function iso(ms: number): string {
  return Number.isNaN(new Date(ms).getTime()) ? String(ms) : new Date(ms).toISOString().replace('.000Z', 'Z');
}
