import { createCronMoments } from './cron-moments.js';
import { createWallClock } from './wall-clock.js';

/**
 * Clocks are set, machines sleep, and zones repeat an hour or leave one out. What then becomes of a schedule:
 * - `tick-now`: it ticks once, at the next full minute at the latest, and goes on from what the clock says. Nothing waits
 *   longer than before: for what is measured again and again.
 * - `skip`: it ticks at the moments that the expression names, once at each. What was slept through or jumped over is lost.
 * - `catch-up`: as `skip`, but what was missed ticks once, late.
 *
 * A moment counts once by what the clock on the wall shows, also in an hour that comes twice.
 */
export type JumpPolicy = 'tick-now' | 'skip' | 'catch-up';

export interface TickerOptions {
  /** Five fields, or six with seconds at the beginning. */
  readonly expression: string;
  readonly timeZone: string;
  readonly policy: JumpPolicy;
  /** Told the moment that was due; Unix milliseconds. */
  readonly onTick: (dueAtMs: number) => void;
}

/** Says when something is due. */
export interface Ticker {
  /**
   * @param lastDueAtMs the last moment that was seen to, before a restart: it does not tick again, and to `catch-up` what
   * came after it was missed
   */
  start(lastDueAtMs?: number): void;
  /** Resolves when no tick comes any more. */
  stop(): Promise<void>;
  /** Milliseconds from the next tick to the one after it; undefined where there are no two more. */
  intervalMs(): number | undefined;
}

export type CreateTicker = (options: TickerOptions) => Ticker;

/** More late than this many slots, the clock was set or the machine slept. */
const MOST_SLOTS_LATE = 10;
/** Clocks are put right by parts of a second all the time: that is no jump. */
const CORRECTION_MS = 1000;
/** What ticked last and is further ahead than this ticked by a clock that was wrong, and does not count. */
const LONGEST_REPETITION_MS = 24 * 60 * 60_000;

export const createCronTicker: CreateTicker = ({ expression, timeZone, policy, onTick }) => {
  const moments = createCronMoments(expression);
  const clock = createWallClock(timeZone);
  const { slotMs } = moments;
  let timer: NodeJS.Timeout | undefined;
  /** By the clock on the wall: the last slot that was looked at, and the last moment that ticked. */
  let seen = 0;
  let ticked = Number.NEGATIVE_INFINITY;
  /** By performance.now(), which a clock that is set does not move. */
  let wokeAt = 0;

  /** When the clock on the wall showed a moment before this one; undefined where it was jumped over. */
  const shownAt = (moment: number, now: number, wall: number): number | undefined => {
    const at = now - (wall - moment);
    return clock.at(at) === moment ? at : undefined;
  };
  const lastDue = (now: number, wall: number, elapsedMs: number): number | undefined => {
    const slot = floorTo(wall, slotMs);
    const isBack = slot < seen;
    if (policy === 'tick-now') {
      const hasJumped = isBack || slot - seen > MOST_SLOTS_LATE * slotMs;
      return hasJumped ? slot : moments.lastIn(seen, slot);
    }
    if (policy === 'catch-up' && !isBack) return moments.lastIn(seen, slot);
    // What passed while this process was awake, however late it is.
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
