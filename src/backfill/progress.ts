import { formatCount, formatTime } from './quantities.js';

export interface Progress {
  readonly stepsDone: number;
  readonly stepsTotal: number;
  readonly samples: number;
}

/** What of standard error is needed. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface ProgressReporter {
  /** As often as one likes. */
  update(progress: Progress): void;
  /** Leaves the bar behind, so that what is printed next has its own line. */
  end(): void;
}

export interface ProgressOptions {
  readonly output: ProgressOutput;
  /** Milliseconds, monotonic. */
  readonly clock?: () => number;
}

const BAR_EVERY_MS = 200;
const LINE_EVERY_MS = 10_000;
const BAR_WIDTH = 30;
const CLEAR_LINE = '\r\x1b[K';

/** A bar with the time left on a terminal; a line every ten seconds in a log. */
export function createProgressReporter({
  output,
  clock = () => performance.now(),
}: ProgressOptions): ProgressReporter {
  const isTerminal = output.isTTY === true;
  const startedAt = clock();
  let shownAt = startedAt;
  let shown: Progress | undefined;

  const show = (progress: Progress): void => {
    const elapsedMs = clock() - startedAt;
    const share = progress.stepsTotal === 0 ? 1 : progress.stepsDone / progress.stepsTotal;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    const left = share > 0 ? formatTime((elapsedMs / share) * (1 - share)) : 'unknown';
    const rate = formatCount((progress.samples / Math.max(elapsedMs, 1)) * 1000);
    const text = `${percent}  ${formatCount(progress.samples)} samples, ${rate}/s, ${left} left`;
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
