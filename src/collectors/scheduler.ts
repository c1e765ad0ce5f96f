import { createHash } from 'node:crypto';
import type { CreateTicker } from './cron-ticker.js';
import type { CollectorRunner } from './runner.js';

export interface Scheduler {
  /** Runs every collector at once, then by its schedule. */
  start(): void;
  /** Ends the schedules and resolves when the runs under way are over. */
  stop(): Promise<void>;
}

export interface SchedulerOptions {
  readonly timeZone: string;
  readonly createTicker: CreateTicker;
  /** After a failed run: when to try again, before the schedule would. */
  readonly retryDelayMs: (failuresInARow: number) => number;
}

const MAX_SPREAD_MS = 20_000;

/** Capped exponential backoff: 1 s, 2 s, 4 s … 60 s. */
export function exponentialBackoffMs(failuresInARow: number): number {
  return Math.min(60_000, 1000 * 2 ** (failuresInARow - 1));
}

export function createScheduler(runners: readonly CollectorRunner[], options: SchedulerOptions): Scheduler {
  const entries = runners.map((runner) => createEntry(runner, options));
  return {
    start() {
      for (const entry of entries) entry.start();
    },
    async stop() {
      await Promise.all(entries.map((entry) => entry.stop()));
    },
  };
}

function createEntry(
  runner: CollectorRunner,
  options: SchedulerOptions,
): { start(): void; stop(): Promise<void> } {
  const { name, schedule } = runner.definition;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  let failuresInARow = 0;
  let stopped = false;

  const run = (): void => {
    const attempt = runner.run().then((result) => {
      if (stopped || result === 'skipped') return;
      failuresInARow = result === 'failure' ? failuresInARow + 1 : 0;
      if (failuresInARow > 0) later(options.retryDelayMs(failuresInARow));
    });
    current = current.then(() => attempt);
  };
  const later = (delayMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(run, delayMs);
  };

  const ticker = options.createTicker(schedule, options.timeZone, () =>
    later(spreadMs(name, ticker.intervalMs() ?? MAX_SPREAD_MS)),
  );

  return {
    start() {
      ticker.start();
      run();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await ticker.stop();
      await current;
    },
  };
}

/**
 * How long after the full minute (or whatever the cron expression says) a collector runs: always the same for its
 * name, so that its values stay equally spaced, and different for each, so that they do not all queue at once.
 */
export function spreadMs(name: string, interval: number): number {
  const hash = createHash('sha256').update(name).digest().readUInt32BE(0);
  return Math.floor((hash / 2 ** 32) * Math.min(MAX_SPREAD_MS, interval / 4));
}
