import { createCronMoments } from './cron-moments.js';
import { createWallClock } from './wall-clock.js';

/**
 * What becomes of a schedule when the clock is set, the machine sleeps, or the zone repeats or skips an hour:
 * - `tick-now`: it ticks once, at the latest at the next full minute, and goes on from the new time. No wait gets longer:
 *   for measurements, which are repeated all the time.
 * - `skip`: it ticks once at each moment that the expression names. Moments that were slept through or skipped are lost.
 * - `catch-up`: as `skip`, but if moments were missed it ticks once, late.
 *
 * A moment is identified by its local time, so it ticks once also in an hour that is repeated.
 */
export type JumpPolicy = 'tick-now' | 'skip' | 'catch-up';

export interface TickerOptions {
  /** Five fields, or six with seconds at the beginning. */
  readonly expression: string;
  readonly timeZone: string;
  readonly policy: JumpPolicy;
  /** Called with the moment that was due, in Unix milliseconds. */
  readonly onTick: (dueAtMs: number) => void;
}

/** Tells when something is due. */
export interface Ticker {
  /**
   * @param lastDueAtMs the last moment that was handled before a restart (Unix milliseconds): it does not tick again, and
   * for `catch-up` the moments after it count as missed
   */
  start(lastDueAtMs?: number): void;
  /** Resolves when no more ticks will come. */
  stop(): Promise<void>;
  /** Milliseconds from the next tick to the one after it; undefined when there are not two more. */
  intervalMs(): number | undefined;
}

export type CreateTicker = (options: TickerOptions) => Ticker;

/** When more slots than this have passed, the clock was set or the machine slept. */
const MAX_SLOTS_LATE = 10;
/** Clocks are corrected by fractions of a second all the time; that is not a jump. */
const CORRECTION_MS = 1000;
/** What ticked last and is further ahead than this ticked by a clock that was wrong, and does not count. */
const LONGEST_REPETITION_MS = 24 * 60 * 60_000;

export const createCronTicker: CreateTicker = ({ expression, timeZone, policy, onTick }) => {
  const moments = createCronMoments(expression);
  const clock = createWallClock(timeZone);
  const { slotMs } = moments;
  let timer: NodeJS.Timeout | undefined;
  /** In local time: the last slot that was looked at, and the last moment that ticked. */
  let seen = 0;
  let ticked = Number.NEGATIVE_INFINITY;
  /** By performance.now(), which does not change when the clock is set. */
  let wokeAt = 0;

  /** The instant at which the local clock showed this past moment; undefined when the clock skipped it. */
  const shownAt = (moment: number, now: number, wall: number): number | undefined => {
    const at = now - (wall - moment);
    return clock.at(at) === moment ? at : undefined;
  };
  const lastDue = (now: number, wall: number, elapsedMs: number): number | undefined => {
    const slot = floorTo(wall, slotMs);
    const isBack = slot < seen;
    if (policy === 'tick-now') {
      const hasJumped = isBack || slot - seen > MAX_SLOTS_LATE * slotMs;
      return hasJumped ? slot : moments.lastIn(seen, slot);
    }
    if (policy === 'catch-up' && !isBack) return moments.lastIn(seen, slot);
    // Only the moments while this process was awake, however late it is.
    const awakeSince = wall - elapsedMs - CORRECTION_MS;
    const after = isBack ? awakeSince : Math.max(seen, awakeSince);
    let moment = moments.lastIn(after, slot);
    while (moment !== undefined && shownAt(moment, now, wall) === undefined)
      moment = moments.lastIn(after, moment - 1);
    return moment;
  };
  const isRepeated = (moment: number): boolean => policy !== 'tick-now' && moment <= ticked;
  const goOnFrom = (now: number, wall: number): void => {
    if (ticked - wall > LONGEST_REPETITION_MS) ticked = Number.NEGATIVE_INFINITY;
    seen = floorTo(wall, slotMs);
    wokeAt = performance.now();
    timer = setTimeout(wake, slotMs - (now % slotMs));
  };
  const wake = (): void => {
    const now = Date.now();
    const wall = clock.at(now);
    const moment = lastDue(now, wall, performance.now() - wokeAt);
    goOnFrom(now, wall);
    if (moment === undefined || isRepeated(moment)) return;
    ticked = moment;
    onTick(shownAt(moment, now, wall) ?? Math.min(now, clock.instantOf(moment)));
  };

  return {
    start(lastDueAtMs) {
      const now = Date.now();
      if (lastDueAtMs !== undefined) ticked = clock.at(lastDueAtMs);
      goOnFrom(now, clock.at(now));
      if (lastDueAtMs === undefined || policy !== 'catch-up') return;
      clearTimeout(timer);
      seen = Math.min(seen, floorTo(clock.at(lastDueAtMs), slotMs));
      wake();
    },
    async stop() {
      clearTimeout(timer);
      await moments.close();
    },
    intervalMs() {
      const first = moments.nextAfter(clock.at(Date.now()));
      const second = first === undefined ? undefined : moments.nextAfter(first);
      return first === undefined || second === undefined ? undefined : second - first;
    },
  };
};

function floorTo(ms: number, slotMs: number): number {
  return Math.floor(ms / slotMs) * slotMs;
}
