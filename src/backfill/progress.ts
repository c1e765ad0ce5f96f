import { formatCount, formatTime } from './quantities.js';

export interface Progress {
  readonly stepsDone: number;
  readonly stepsTotal: number;
  readonly samples: number;
}

/** The used parts of standard error. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface ProgressReporter {
  /** May be called as often as you like. */
  update(progress: Progress): void;
  /** Ends the line of the bar, so that further output has its own line. */
  end(): void;
}

export interface ProgressOptions {
  readonly output: ProgressOutput;
  /** A monotonic clock in milliseconds. */
  readonly clock?: () => number;
}

const BAR_EVERY_MS = 200;
const LINE_EVERY_MS = 10_000;
const BAR_WIDTH = 30;
/** The remaining time is estimated from the pace of the steps, once so much of them is done. */
const SHARE_TO_ESTIMATE = 0.02;
const CLEAR_LINE = '\r\x1b[K';

/** Shows a bar with the remaining time on a terminal, and prints a line every ten seconds elsewhere. */
export function createProgressReporter({
  output,
  clock = () => performance.now(),
}: ProgressOptions): ProgressReporter {
  const isTerminal = output.isTTY === true;
  const startedAt = clock();
  let shownAt = startedAt;
  let shown: Progress | undefined;
  /** The first step: before it PostgreSQL was sorting, which says nothing about the pace of the steps. */
  let first: { readonly at: number; readonly stepsDone: number } | undefined;

  const timeLeft = ({ stepsDone, stepsTotal }: Progress, now: number): string => {
    const steps = stepsDone - (first?.stepsDone ?? 0);
    if (first === undefined || steps <= 0 || steps < stepsTotal * SHARE_TO_ESTIMATE) return '';
    return `, ${formatTime(((now - first.at) / steps) * (stepsTotal - stepsDone))} left`;
  };

  const show = (progress: Progress): void => {
    const now = clock();
    const elapsedMs = now - startedAt;
    const share = progress.stepsTotal === 0 ? 1 : progress.stepsDone / progress.stepsTotal;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    const rate = formatCount((progress.samples / Math.max(elapsedMs, 1)) * 1000);
    const text = `${percent}  ${formatCount(progress.samples)} samples, ${rate}/s${timeLeft(progress, now)}`;
    if (isTerminal) {
      const filled = Math.round(share * BAR_WIDTH);
      output.write(`${CLEAR_LINE}[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]${text}`);
    } else {
      output.write(`backfill:${text}\n`);
    }
    shown = progress;
  };

  return {
    update(progress) {
      const now = clock();
      first ??= { at: now, stepsDone: progress.stepsDone };
      if (now - shownAt < (isTerminal ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
      shownAt = now;
      show(progress);
    },
    end() {
      if (isTerminal && shown) output.write(CLEAR_LINE);
      shown = undefined;
    },
  };
}
