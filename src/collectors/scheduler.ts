import type { RetryDelay } from '../base/backoff.js';
import type { CreateTicker } from '../scheduling/cron-ticker.js';
import { createJob } from '../scheduling/job.js';
import { createCircuitBreaker, type Outcome } from './circuit-breaker.js';
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
  const { name, schedule, events } = runner.definition;
  let stopped = false;

  const job = createJob({
    name,
    schedule,
    timeZone: options.timeZone,
    // Values that stand still are worse than one that comes at an odd moment.
    policy: 'tick-now',
    spreadMs: MAX_SPREAD_MS,
    // Together they read what changed once.
    spreadBy: events ? 'events' : name,
    createTicker: options.createTicker,
    isPaused: () => breaker.isOpen(),
    // Still running, it counts this and does nothing.
    onSkip: () => void runner.run(),
    async run() {
      const result = await runner.run();
      if (stopped || result === 'skipped') return;
      const wasOpen = breaker.isOpen();
      const retryMs = breaker.record(outcomeOf(runner, result));
      if (retryMs !== undefined) job.runIn(retryMs);
      if (breaker.isOpen() !== wasOpen) options.onCircuit(runner, openCircuit());
    },
    // A runner keeps what went wrong in its state, and never rejects.
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
    openCircuit,
    start() {
      job.start();
      job.runIn(0);
    },
    async stop() {
      stopped = true;
      await job.stop();
    },
  };
}

function outcomeOf(runner: CollectorRunner, result: Exclude<RunResult, 'skipped'> | 'off'): Outcome {
  if (result !== 'failure') return 'success';
  return runner.state().databaseAbsent ? 'absence' : 'failure';
}
