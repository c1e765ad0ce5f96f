import type { Model } from '../history-keys.js';

/** Up to where changes are known, in numbers of transactions; these mean something within one cluster only. */
export interface Position {
  /** The oldest transaction that was running: all before it had ended. It goes on beyond 2^32. */
  readonly oldest: bigint;
  /** Which transactions had ended, as PostgreSQL writes it: the same text as long as none that writes begins. */
  readonly snapshot: string;
  /** Which of several servers was read: a replica may show less than its primary did. */
  readonly generation: number;
  /** The cluster's id; empty where it cannot be read. */
  readonly cluster: string;
  /** The highest id of the timeline. */
  readonly timelineEnd: number;
  /** The models whose tables exist and may be read; those of the items always are among them. */
  readonly tables: readonly Model[];
}

/** PostgreSQL can tell the ages of rows apart within this many transactions. */
const KNOWN_TRANSACTIONS = 2n ** 31n;

/** Whether this is the same database some transactions later, so that only what those wrote must be read. */
export function continues(before: Position, after: Position): boolean {
  const passed = after.oldest - before.oldest;
  return (
    before.generation === after.generation &&
    !isOtherCluster(before, after) &&
    passed >= 0n &&
    passed < KNOWN_TRANSACTIONS
  );
}

/** Whether no transaction that writes was running at either position or in between: then no table has changed. */
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
