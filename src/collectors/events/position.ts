import type { Model } from '../history-keys.js';

/** Up to where the past is known, in numbers of transactions, which mean something within a cluster only. */
export interface Position {
  /** The oldest transaction that was running: all before it were over. Counted on over 2^32. */
  readonly oldest: bigint;
  /** Of the database: a replica shows less than was seen on its primary. */
  readonly generation: number;
  /** Empty where it cannot be known. */
  readonly cluster: string;
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

/** Where both are known. */
export function isOtherCluster(a: Position, b: Position): boolean {
  return a.cluster !== '' && b.cluster !== '' && a.cluster !== b.cluster;
}
