import type { RetryDelay } from '../base/backoff.js';
import type { CreateTicker } from '../scheduling/cron-ticker.js';
import { createJob } from '../scheduling/job.js';
import { createCircuitBreaker, type Outcome } from './circuit-breaker.js';
import type { CollectorRunner, RunResult } from './runner.js';

export interface Scheduler {
  /**
   * Runs every collector at once: first those that are due often, then the others, which are due rarely because they read
   * much. The schedules begin when the event collectors have read all of history, or after a few minutes. Resolves when
   * each collector has run, or when the schedules were stopped.
   */
  start(): Promise<void>;
  /** Stops the schedules; resolves when all current runs are over. */
  stop(): Promise<void>;
  /** The collectors, by name, whose schedule is ignored because they keep failing. */
  openCircuits(): ReadonlyMap<string, OpenCircuit>;
}

export interface OpenCircuit {
  /** Milliseconds until the next trial; 0 while it runs. */
  readonly nextTryInMs: number;
}

export interface SchedulerOptions {
  readonly timeZone: string;
  readonly createTicker: CreateTicker;
  /** How long to wait after a failed run, if the schedule is not earlier. */
  readonly retryDelayMs: RetryDelay;
  /** Called when a collector's circuit opened (after the run that opened it) or closed. */
  readonly onCircuit: (runner: CollectorRunner, circuit: OpenCircuit | undefined) => void;
}

const MAX_SPREAD_MS = 20_000;
/** The longest time between two runs of a collector that is due often. */
const OFTEN_MS = 10 * 60_000;
/** How long gauges may stand still at the start for the sake of the counters. */
const MAX_HISTORY_MS = 5 * 60_000;

interface Entry {
  readonly name: string;
  readonly isRare: boolean;
  readonly readsHistory: boolean;
  /** Runs it at once; resolves when it has run for the first time, or was stopped. */
  begin(): Promise<void>;
  /** Starts its schedule. */
  schedule(): void;
  stop(): Promise<void>;
  openCircuit(): OpenCircuit | undefined;
}

export function createScheduler(runners: readonly CollectorRunner[], options: SchedulerOptions): Scheduler {
  const entries = runners.map((runner) => createEntry(runner, options));
  return {
    async start() {
      const often = entries.filter(({ isRare }) => !isRare);
      const rare = entries.filter(({ isRare }) => isRare);
      const firstRuns = often.map((entry) => ({ entry, run: entry.begin() }));
      const ofHistory = firstRuns.filter(({ entry }) => entry.readsHistory).map(({ run }) => run);
      await within(MAX_HISTORY_MS, Promise.all(ofHistory));
      for (const { entry } of firstRuns) entry.schedule();
      await Promise.all(firstRuns.map(({ run }) => run));
      for (const entry of rare) entry.schedule();
      await Promise.all(rare.map((entry) => entry.begin()));
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
  const { name, schedule, events } = runner.definition;
  let stopped = false;
  let onFirstRun: () => void = () => undefined;
  const firstRun = new Promise<void>((resolve) => {
    onFirstRun = resolve;
  });

  const job = createJob({
    name,
    schedule,
    timeZone: options.timeZone,
    // For a gauge, an extra run at an odd moment is better than values that stand still.
    policy: 'tick-now',
    spreadMs: MAX_SPREAD_MS,
    // Event collectors run together, so that they read what changed once.
    spreadBy: events ? 'events' : name,
    createTicker: options.createTicker,
    isPaused: () => breaker.isOpen(),
    // While a run is going on, the runner counts this call as skipped and does nothing.
    onSkip: () => void runner.run(),
    async run() {
      const result = await runner.run();
      onFirstRun();
      if (stopped || result === 'skipped') return;
      const wasOpen = breaker.isOpen();
      const retryMs = breaker.record(outcomeOf(runner, result));
      if (retryMs !== undefined) job.runIn(retryMs);
      if (breaker.isOpen() !== wasOpen) options.onCircuit(runner, openCircuit());
    },
    // A runner keeps its errors in its state, and never rejects.
    onError: () => undefined,
  });
  const breaker = createCircuitBreaker({
    retryDelayMs: options.retryDelayMs,
    intervalMs: () => job.intervalMs() ?? MAX_SPREAD_MS,
  });
  const openCircuit = (): OpenCircuit | undefined =>
    breaker.isOpen() ? { nextTryInMs: job.msToNextRun() } : undefined;

  return {
    name,
    readsHistory: events !== undefined,
    isRare: (job.intervalMs() ?? 0) > OFTEN_MS,
    openCircuit,
    begin() {
      if (!stopped) job.runIn(0);
      return firstRun;
    },
    schedule() {
      if (!stopped) job.start();
    },
    async stop() {
      stopped = true;
      await job.stop();
      onFirstRun();
    },
  };
}

/** Waits for the work, but no longer than that. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
    timer.unref();
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

function outcomeOf(runner: CollectorRunner, result: Exclude<RunResult, 'skipped'> | 'off'): Outcome {
  if (result !== 'failure') return 'success';
  return runner.state().databaseAbsent ? 'absence' : 'failure';
}
