import TinyQueue from 'tinyqueue';
import type { Account } from '../collectors/account.js';
import { fromThousandths } from '../collectors/thousandths.js';

/**
 * The moment when an age was 0, in Unix microseconds. In spans, the value of a distribution is the age in seconds at the
 * beginning of the span; it grows from there.
 */
export function sinceUs(ageS: number, beginsUs: number): number {
  return beginsUs - Math.round(ageS * 1e6);
}

/** Something whose age is observed from one moment until another. */
export interface Aging {
  /** The account of the distribution that counts it. */
  readonly account: Account;
  /** When its age was 0, in Unix microseconds. */
  readonly sinceUs: number;
}

/** Called after one of an account's numbers has changed. */
export type OnAged = (account: Account, atMs: number) => void;

/**
 * Distributions of ages over time: an observation counts in a bucket until its age exceeds the bound. The sum grows
 * continuously, by the number of observations.
 */
export interface Ages {
  /** Observes the aging from `atMs` on, until `endsMs` if that is known. */
  enter(aging: Aging, atMs: number, endsMs: number): void;
  leave(aging: Aging, atMs: number): void;
  /** The Unix milliseconds when the next age exceeds a bound; Infinity: none will. */
  nextMs(): number;
  /** Moves that age to the next bucket. */
  outgrow(): void;
  /** The sum of the account's ages in seconds, as a function of Unix milliseconds. */
  sumOf(account: Account): (atMs: number) => number;
}

interface Outgrowing extends Aging {
  readonly atMs: number;
  readonly bucket: number;
  readonly endsMs: number;
}

/** @param originMs a moment near those that are read, so that the sums stay small enough to be exact */
export function createAges(originMs: number, onAged: OnAged): Ages {
  const due = new TinyQueue<Outgrowing>([], (a, b) => a.atMs - b.atMs);
  /** The sum of each account's ages at the origin, in milliseconds. */
  const sumsAtOrigin = new Map<Account, number>();

  /** Buckets are cumulated: an age counts in all buckets from the first whose bound it does not exceed. */
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
