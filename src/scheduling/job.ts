import { createHash } from 'node:crypto';
import type { CreateTicker, JumpPolicy } from './cron-ticker.js';

/** A task that runs on a schedule; it never overlaps with itself. */
export interface Job {
  readonly name: string;
  /** Starts the schedule. */
  start(): void;
  /** Runs once more after this delay, in place of a run that was set and has not begun; 0: at once. */
  runIn(delayMs: number): void;
  /** Stops the schedule; resolves when the current run is over. */
  stop(): Promise<void>;
  /** Milliseconds between two scheduled runs; undefined when there are not two more. */
  intervalMs(): number | undefined;
  /** Milliseconds until the next run that is set; 0 when it has begun. */
  msToNextRun(): number;
  /** How many runs were skipped because the one before was still going on. */
  skipped(): number;
}

/** Keeps the moment of a job's last run over a restart. */
export interface JobMemory {
  /** The moment of the last run in Unix milliseconds; undefined when there is none yet. */
  read(): Promise<number | undefined>;
  write(dueAtMs: number): Promise<void>;
}

export interface JobOptions {
  readonly name: string;
  /** A cron expression. */
  readonly schedule: string;
  readonly timeZone: string;
  readonly policy: JumpPolicy;
  readonly createTicker: CreateTicker;
  /** Called with the moment (Unix milliseconds) at which the run was due, which may be a while ago. */
  readonly run: (dueAtMs: number) => Promise<void>;
  /** Called with each error of a run or of the memory; the schedule goes on. */
  readonly onError: (error: unknown) => void;
  /** Called for each run that is skipped because the one before is still going on. */
  readonly onSkip?: () => void;
  /** While it returns true, scheduled runs are left out. */
  readonly isPaused?: () => boolean;
  /** Delays each run by up to so many milliseconds, at most a quarter of its interval; default 0. */
  readonly spreadMs?: number;
  /** Jobs with the same value run at the same moment; default: the job's name. */
  readonly spreadBy?: string;
  /**
   * Lets `catch-up` run once after a restart when runs were missed. A run cut off by the end of the process counts as
   * missed. Without it a restart forgets the past.
   */
  readonly memory?: JobMemory;
}

export function createJob(options: JobOptions): Job {
  const { name, run, onError, memory, onSkip = () => undefined, isPaused = () => false } = options;
  let timer: NodeJS.Timeout | undefined;
  /** By performance.now(), which does not change when the clock is set. */
  let beginsAt = 0;
  let current: Promise<void> | undefined;
  let starting: Promise<void> = Promise.resolve();
  let skipped = 0;
  let stopped = false;

  const attempt = async (dueAtMs: number): Promise<void> => {
    try {
      await run(dueAtMs);
    } catch (error) {
      onError(error);
    }
    await memory?.write(dueAtMs).catch(onError);
  };
  const begin = (dueAtMs: number): void => {
    if (current) {
      skipped += 1;
      onSkip();
      return;
    }
    current = attempt(dueAtMs).finally(() => {
      current = undefined;
    });
  };
  const beginIn = (delayMs: number, dueAtMs: number): void => {
    if (stopped) return;
    clearTimeout(timer);
    beginsAt = performance.now() + delayMs;
    if (delayMs <= 0) begin(dueAtMs);
    else timer = setTimeout(begin, delayMs, dueAtMs);
  };
  const ticker = options.createTicker({
    expression: options.schedule,
    timeZone: options.timeZone,
    policy: options.policy,
    onTick(dueAtMs) {
      if (!isPaused())
        beginIn(spreadMs(options.spreadBy ?? name, options.spreadMs ?? 0, ticker.intervalMs()), dueAtMs);
    },
  });
  const startFrom = async (kept: JobMemory): Promise<void> => {
    const last = await kept.read().catch((error: unknown) => void onError(error));
    // From here on, a restart knows what it missed.
    if (last === undefined && !stopped) await kept.write(Date.now()).catch(onError);
    if (!stopped) ticker.start(last);
  };

  return {
    name,
    start() {
      if (memory) starting = startFrom(memory);
      else ticker.start();
    },
    runIn: (delayMs) => beginIn(delayMs, Date.now() + delayMs),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await starting;
      await ticker.stop();
      await current;
    },
    intervalMs: () => ticker.intervalMs(),
    msToNextRun: () => Math.max(0, beginsAt - performance.now()),
    skipped: () => skipped,
  };
}

/**
 * Milliseconds by which a job's runs are delayed. Always the same for a name, so that measurements stay equally spaced;
 * different between names, so that jobs do not all begin at once.
 */
export function spreadMs(name: string, maxMs: number, intervalMs = maxMs): number {
  const hash = createHash('sha256').update(name).digest().readUInt32BE(0);
  return Math.floor((hash / 2 ** 32) * Math.min(maxMs, intervalMs / 4));
}
