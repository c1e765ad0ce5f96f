import TinyQueue from 'tinyqueue';
import type { Account } from '../collectors/account.js';
import { fromThousandths } from '../collectors/thousandths.js';

/**
 * When an age was 0, in Unix microseconds: in spans the value of a distribution is the age in seconds at the moment where
 * the span begins, and grows from there.
 */
export function sinceUs(ageS: number, beginsUs: number): number {
  return beginsUs - Math.round(ageS * 1e6);
}

/** Something whose age is observed from one moment to another. */
export interface Aging {
  /** Of whose distribution it is a part. */
  readonly account: Account;
  /** When its age was 0, in Unix microseconds. */
  readonly sinceUs: number;
}

/** Told after one of an account's numbers changed. */
export type OnAged = (account: Account, atMs: number) => void;

/**
 * Distributions of ages over time: what is observed counts in a bucket until it outgrows the bound. The sum grows with
 * every moment by the number of what is observed.
 */
export interface Ages {
  /** From `atMs` on it is observed, until `endsMs` if that is known. */
  enter(aging: Aging, atMs: number, endsMs: number): void;
  leave(aging: Aging, atMs: number): void;
  /** When the next one outgrows a bound; Infinity: none will. Unix milliseconds. */
  nextMs(): number;
  /** Lets it. */
  outgrow(): void;
  /** The sum of the account's ages, in seconds, as a function of Unix milliseconds. */
  sumOf(account: Account): (atMs: number) => number;
}

interface Outgrowing extends Aging {
  readonly atMs: number;
  readonly bucket: number;
  readonly endsMs: number;
}

/** `originMs`: a moment near those of which ages are wanted, so that sums stay countable. */
export function createAges(originMs: number, onAged: OnAged): Ages {
  const due = new TinyQueue<Outgrowing>([], (a, b) => a.atMs - b.atMs);
  /** What each account's ages would add up to at the origin, in milliseconds. */
  const sumsAtOrigin = new Map<Account, number>();

  /** Cumulated buckets: it counts in all from the first that it fits into. */
  const count = ({ account, sinceUs }: Aging, atMs: number, sign: number): number => {
    const { cells, metric } = account;
    const ageUs = atMs * 1000 - sinceUs;
    const first = metric.buckets.findIndex((bound) => ageUs <= bound * 1e6);
    const infinite = metric.buckets.length;
    for (let i = first < 0 ? infinite : first; i <= infinite; i++) cells[i] = (cells[i] ?? 0) + sign;
    const sum = sumsAtOrigin.get(account) ?? 0;
    sumsAtOrigin.set(account, sum + sign * (originMs + Math.round(-sinceUs / 1000)));
    return first;
  };
  const expectOutgrowing = (aging: Aging, bucket: number, endsMs: number): void => {
    const bound = aging.account.metric.buckets[bucket];
    if (bound === undefined) return;
    const atMs = Math.floor((aging.sinceUs + bound * 1e6) / 1000) + 1;
    if (atMs <= endsMs) due.push({ ...aging, atMs, bucket, endsMs });
  };

  return {
    enter(aging, atMs, endsMs) {
      const first = count(aging, atMs, 1);
      if (first >= 0) expectOutgrowing(aging, first, endsMs);
      onAged(aging.account, atMs);
    },
    leave(aging, atMs) {
      count(aging, atMs, -1);
      onAged(aging.account, atMs);
    },
    nextMs: () => due.peek()?.atMs ?? Number.POSITIVE_INFINITY,
    outgrow() {
      const next = due.pop();
      if (!next) return;
      const { account, bucket, endsMs, atMs } = next;
      account.cells[bucket] = (account.cells[bucket] ?? 0) - 1;
      expectOutgrowing(next, bucket + 1, endsMs);
      onAged(account, atMs);
    },
    sumOf(account) {
      const atOrigin = sumsAtOrigin.get(account) ?? 0;
      const observed = account.cells[account.metric.buckets.length] ?? 0;
      return (atMs) => fromThousandths(atOrigin + observed * (atMs - originMs));
    },
  };
}
