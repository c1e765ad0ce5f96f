import { createTask, type ScheduledTask } from 'node-cron';

/** Says when something is due. */
export interface Ticker {
  start(): void;
  /** Resolves when no tick comes any more. */
  stop(): Promise<void>;
  /** Milliseconds from the next tick to the one after it; undefined where there are no two more. */
  intervalMs(): number | undefined;
}

export type CreateTicker = (expression: string, timeZone: string, onTick: () => void) => Ticker;

/** Ticks by the wall clock of a time zone, at the moments that a cron expression names. */
export const createCronTicker: CreateTicker = (expression, timeZone, onTick) => {
  const task: ScheduledTask = createTask(expression, onTick, {
    timezone: timeZone,
    suppressMissedWarning: true,
  });
  return {
    start: () => void task.start(),
    stop: async () => task.destroy(),
    intervalMs() {
      const [first, second] = task.getNextRuns(2);
      return first && second ? second.getTime() - first.getTime() : undefined;
    },
  };
};
