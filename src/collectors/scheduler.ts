import { createHash } from 'node:crypto';
import type { RetryDelay } from './backoff.js';
import { createCircuitBreaker, type Outcome } from './circuit-breaker.js';
import type { CreateTicker } from './cron-ticker.js';
import type { CollectorRunner, RunResult } from './runner.js';

export interface Scheduler {
  /** Runs every collector at once, then by its schedule. */
  start(): void;
  /** Ends the schedules and resolves when the runs under way are over. */
  stop(): Promise<void>;
  /** The collectors whose schedule is passed over because they kept failing, by name. */
  openCircuits(): ReadonlyMap<string, OpenCircuit>;
}

export interface OpenCircuit {
  /** Milliseconds until the next try; 0 while it runs. */
  readonly nextTryInMs: number;
}

export interface SchedulerOptions {
  readonly timeZone: string;
  readonly createTicker: CreateTicker;
  /** After a failed run: when to try again, before the schedule would. */
  readonly retryDelayMs: RetryDelay;
  /** Told when a collector's circuit opened (after the run that opened it) or closed. */
  readonly onCircuit: (runner: CollectorRunner, circuit: OpenCircuit | undefined) => void;
}

const MAX_SPREAD_MS = 20_000;

interface Entry {
  readonly name: string;
  start(): void;
  stop(): Promise<void>;
  openCircuit(): OpenCircuit | undefined;
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
    openCircuits() {
      const open = new Map<string, OpenCircuit>();
      for (const { name, openCircuit } of entries) {
        const circuit = openCircuit();
        if (circuit) open.set(name, circuit);
      }
      return open;
    },
  };
}

function createEntry(runner: CollectorRunner, options: SchedulerOptions): Entry {
  const { name, schedule } = runner.definition;
  let timer: NodeJS.Timeout | undefined;
  // Of the monotonic clock.
  let dueAt = 0;
  let current: Promise<void> = Promise.resolve();
  let stopped = false;

  const ticker = options.createTicker(schedule, options.timeZone, () => {
    if (!breaker.isOpen()) later(spreadMs(name, intervalMs()));
  });
  const intervalMs = (): number => ticker.intervalMs() ?? MAX_SPREAD_MS;
  const breaker = createCircuitBreaker({ retryDelayMs: options.retryDelayMs, intervalMs });
  const openCircuit = (): OpenCircuit | undefined =>
    breaker.isOpen() ? { nextTryInMs: Math.max(0, dueAt - performance.now()) } : undefined;

  const run = (): void => {
    const attempt = runner.run().then((result) => {
      if (stopped || result === 'skipped') return;
      const wasOpen = breaker.isOpen();
      const retryMs = breaker.record(outcomeOf(runner, result));
      if (retryMs !== undefined) later(retryMs);
      if (breaker.isOpen() !== wasOpen) options.onCircuit(runner, openCircuit());
    });
    current = current.then(() => attempt);
  };
  const later = (delayMs: number): void => {
    clearTimeout(timer);
    dueAt = performance.now() + delayMs;
    timer = setTimeout(run, delayMs);
  };

  return {
    name,
    openCircuit,
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

function outcomeOf(runner: CollectorRunner, result: Exclude<RunResult, 'skipped'> | 'off'): Outcome {
  if (result !== 'failure') return 'success';
  return runner.state().databaseAbsent ? 'absence' : 'failure';
}

/**
 * How long after the full minute (or whatever the cron expression says) a collector runs: always the same for its
 * name, so that its values stay equally spaced, and different for each, so that they do not all queue at once.
 */
export function spreadMs(name: string, interval: number): number {
  const hash = createHash('sha256').update(name).digest().readUInt32BE(0);
  return Math.floor((hash / 2 ** 32) * Math.min(MAX_SPREAD_MS, interval / 4));
}
