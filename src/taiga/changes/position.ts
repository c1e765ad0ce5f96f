import type { Model } from '../history-keys.js';

/** Up to where the past is known, in numbers of transactions, which mean something within a cluster only. */
export interface Position {
  /** The oldest transaction that was running: all before it were over. Counted on over 2^32. */
  readonly oldest: bigint;
  /** The transactions that were over then, as PostgreSQL writes it: where none has begun since, it is the same. */
  readonly snapshot: string;
  /** Of the database: a replica shows less than was seen on its primary. */
  readonly generation: number;
  /** Empty where it cannot be known. */
  readonly cluster: string;
  /** The highest id of the timeline. */
  readonly timelineEnd: number;
  /** The models whose tables are there and may be read: those of the items, and mostly all. */
  readonly tables: readonly Model[];
}

/** The ages of rows are told apart within so many transactions. */
const KNOWN_TRANSACTIONS = 2n ** 31n;

/** Whether this is the same database some transactions later, so that it is enough to look at what they wrote. */
export function continues(before: Position, after: Position): boolean {
  const passed = after.oldest - before.oldest;
  return (
    before.generation === after.generation &&
    !isOtherCluster(before, after) &&
    passed >= 0n &&
    passed < KNOWN_TRANSACTIONS
  );
}

/**
 * Whether no transaction that writes was under way at either look, or has been since: then nothing changed. It takes no
 * look at any table.
 */
export function isUntouched(before: Position, after: Position): boolean {
  const [oldest, next] = after.snapshot.split(':');
  return before.snapshot === after.snapshot && oldest === next && before.timelineEnd === after.timelineEnd;
}

/** Where both are known. */
export function isOtherCluster(a: Position, b: Position): boolean {
  return a.cluster !== '' && b.cluster !== '' && a.cluster !== b.cluster;
}

/**
 * Whether a row with this `xmin` was written by the transaction `$1` or a later one. Rows carry 32 bits of a number that
 * goes on to 64, and keep it when they are frozen: their age turns negative at 2^31 transactions. At 2^32 it begins anew,
 * so that an old row passes for new once in four billion transactions: then it is read once more, for nothing.
 */
export function writtenSince(xmin: string): string {
  return `age(${xmin}) BETWEEN 0 AND age(($1::bigint % 4294967296)::text::xid)`;
}
