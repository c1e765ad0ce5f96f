import { createTask } from 'node-cron';

/** Says when something is due. */
export interface Ticker {
  start(): void;
  /** Resolves when no tick comes any more. */
  stop(): Promise<void>;
  /** Milliseconds from the next tick to the one after it; undefined where there are no two more. */
  intervalMs(): number | undefined;
}

export type CreateTicker = (expression: string, timeZone: string, onTick: () => void) => Ticker;

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
/** Later than this many slots the clock was set, or the machine slept. */
const MOST_SLOTS_LATE = 10;

/**
 * Ticks by the wall clock of a time zone, at the moments that a cron expression names. Clocks are set, machines sleep, and
 * zones repeat an hour or leave one out: after each of these it ticks once, at the next full minute at the latest, and
 * goes on from what the clock says then.
 */
export const createCronTicker: CreateTicker = (expression, timeZone, onTick) => {
  // Asked, but never started: its own timer aims at the next moment and stands still until a clock that was set back
  // reaches it, or for the hour that a zone repeats.
  const task = createTask(expression, onTick, { timezone: timeZone });
  // What cron knows best: each minute or, where the expression has six fields, each second is asked whether it is meant.
  const slotMs = expression.trim().split(/\s+/).length > 5 ? SECOND_MS : MINUTE_MS;
  const offsetAt = createZoneOffset(timeZone);
  let timer: NodeJS.Timeout | undefined;
  let last = 0;
  let offset = '';

  const isDue = (now: number): boolean => {
    if (now < last || now - last > MOST_SLOTS_LATE || offsetAt(now * slotMs) !== offset) return true;
    for (let slot = last + 1; slot <= now; slot++) if (task.match(new Date(slot * slotMs))) return true;
    return false;
  };
  const goOnFrom = (now: number): void => {
    last = now;
    offset = offsetAt(now * slotMs);
    timer = setTimeout(wake, slotMs - (Date.now() % slotMs));
  };
  const wake = (): void => {
    const now = Math.floor(Date.now() / slotMs);
    const due = isDue(now);
    goOnFrom(now);
    if (due) onTick();
  };

  return {
    start: () => goOnFrom(Math.floor(Date.now() / slotMs)),
    async stop() {
      clearTimeout(timer);
      await task.destroy();
    },
    intervalMs() {
      const [first, second] = task.getNextRuns(2);
      return first && second ? second.getTime() - first.getTime() : undefined;
    },
  };
};

/** How far the zone is from UTC at a moment, in whatever words: only whether it is another matters. */
function createZoneOffset(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  return (at) => format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
