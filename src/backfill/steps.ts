import { setImmediate as nextTurn } from 'node:timers/promises';
import { BugflowError } from '../base/errors.js';
import type { Change, Timeline } from './timeline.js';

/** The moments of a backfill's samples: `fromMs`, `fromMs + stepMs`, … `toMs`. Unix milliseconds. */
export interface Grid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** All series at one moment. The object is reused at each step, so a sink must copy what it keeps. */
export interface Step {
  readonly atMs: number;
  /** By series; longer than the list of series. NaN: the series has not begun, or has ended. */
  readonly values: Float64Array;
  /** The series that changed since the last step, each once; only the first `changedCount` entries count. */
  readonly changed: Int32Array;
  readonly changedCount: number;
  /** The number of series that have a value. */
  readonly present: number;
}

export interface StepSink {
  /** Called in order of time. The walk waits for a returned promise. */
  step(step: Step): Promise<void> | undefined;
}

export interface WalkOptions {
  /**
   * How far changes are read to find counters that begin after the last step, where somebody else continues the series.
   * Default: one step after the end.
   */
  readonly readUntilMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SECOND_MS = 1000;
/** The event loop gets a turn this often, for signals, progress and servers in this process. */
const TURN_MS = 25;
const STEPS_PER_LOOK = 32;

export function countSteps({ fromMs, toMs, stepMs }: Grid): number {
  return Math.floor((toMs - fromMs) / stepMs) + 1;
}

/** Refuses a grid that is empty or whose step does not divide the range, and suggests one that fits. */
export function checkGrid({ fromMs, toMs, stepMs }: Grid): void {
  if (![fromMs, toMs, stepMs].every(Number.isSafeInteger))
    throw usage('--from, --to and --step are required');
  if (stepMs < SECOND_MS || stepMs % SECOND_MS !== 0)
    throw usage(`--step ${stepMs / SECOND_MS}s: must be whole seconds, at least 1s`);
  if (fromMs >= toMs) throw usage(`--from ${iso(fromMs)} must be before --to ${iso(toMs)}`);
  if (fromMs % SECOND_MS !== 0) throw usage(`--from ${iso(fromMs)}: must be whole seconds`);
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
 * Goes through the changes once, and passes each step of the grid on with the values of that moment; a change at exactly
 * that moment counts. Memory depends on the number of series, time on that of changes and steps.
 *
 * A step is held back until the changes up to the next one are known: a counter must be 0 at the step before its first
 * change, or increase() would miss its first value.
 */
export async function walkSteps(
  timeline: Timeline,
  grid: Grid,
  sink: StepSink,
  { signal, readUntilMs = grid.toMs + grid.stepMs }: WalkOptions = {},
): Promise<void> {
  const { toMs, stepMs } = grid;
  let nextMs = grid.fromMs;
  let values = new Float64Array(1024).fill(Number.NaN);
  /** Of the step after the next: the values of the series that change in between, and which series these are. */
  let laterValues = new Float64Array(1024);
  let laterIn = new Int32Array(1024).fill(-1);
  const later: number[] = [];
  /** Series whose value depends on time: until their next change, and those that begin with the step after the next. */
  const growing = new Map<number, (atMs: number) => number>();
  const growingLater = new Map<number, (atMs: number) => number>();
  let changed = new Int32Array(1024);
  let changedCount = 0;
  /** The step in which a series was last listed as changed. */
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

  /** Sets a series' value for the next step. */
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
  /** Sets it for the step after that. */
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
      if (nextMs >= toMs && atMs > readUntilMs) break reading;
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
