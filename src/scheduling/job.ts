import { createHash } from 'node:crypto';
import type { CreateTicker, JumpPolicy } from './cron-ticker.js';

/** Something that is done again and again; it never overlaps with itself. */
export interface Job {
  readonly name: string;
  /** From now on it runs by its schedule. */
  start(): void;
  /** Runs it once besides, instead of what is still to begin; 0: at once. */
  runIn(delayMs: number): void;
  /** Ends the schedule; resolves when the run under way is over. */
  stop(): Promise<void>;
  /** Milliseconds from one run to the next by the schedule; undefined where it does not go on. */
  intervalMs(): number | undefined;
  /** Milliseconds until the run that was set last begins; 0 when it has begun. */
  msToNextRun(): number;
  /** How often it was due while it still ran. */
  skipped(): number;
}

/** Keeps over a restart up to when a job was done. */
export interface JobMemory {
  /** Unix milliseconds; undefined when there is nothing yet. */
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
  /** Told the moment at which the run was due, which may be a while ago; Unix milliseconds. */
  readonly run: (dueAtMs: number) => Promise<void>;
  /** Told what a run rejects with, and what the memory does; the schedule goes on. */
  readonly onError: (error: unknown) => void;
  /** Told each time it is due while it still runs. */
  readonly onSkip?: () => void;
  /** While true, what the schedule says is passed over. */
  readonly isPaused?: () => boolean;
  /** Spread over so many milliseconds after the schedule, at most a quarter of its interval; 0 when absent. */
  readonly spreadMs?: number;
  /** Jobs with the same word run at the same moment; its name by default. */
  readonly spreadBy?: string;
  /**
   * To be told once more after a restart what was missed meanwhile (policy `catch-up`), and nothing twice. A run that was
   * cut off by the end of the process counts as missed. Without it a restart forgets.
   */
  readonly memory?: JobMemory;
}

export function createJob(options: JobOptions): Job {
  const { name, run, onError, memory, onSkip = () => undefined, isPaused = () => false } = options;
  let timer: NodeJS.Timeout | undefined;
  /** By performance.now(), which a clock that is set does not move. */
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
    // From here on a restart knows what it missed.
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
 * How long after the full minute (or whatever the cron expression says) a job runs: always the same for its name, so that
 * what it measures stays equally spaced, and different for each, so that they do not all begin at once.
 */
export function spreadMs(name: string, mostMs: number, intervalMs = mostMs): number {
  const hash = createHash('sha256').update(name).digest().readUInt32BE(0);
  return Math.floor((hash / 2 ** 32) * Math.min(mostMs, intervalMs / 4));
}
