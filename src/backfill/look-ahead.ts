import type { Change, Timeline } from './timeline.js';

/** A timeline whose first change is known before it is read. */
export interface KnownBeginning {
  /** The same timeline, which can be read once. */
  readonly timeline: Timeline;
  /** The time of the first change (Unix milliseconds); undefined: there is none. */
  readonly firstMs: number | undefined;
  /** Stops the reading. */
  close(): Promise<void>;
}

/** Reads the first batch of a timeline, and repeats it to the timeline's reader. */
export async function lookAhead(timeline: Timeline): Promise<KnownBeginning> {
  const batches = timeline.changes()[Symbol.asyncIterator]();
  let batch = await batches.next();
  while (!batch.done && batch.value.length === 0) batch = await batches.next();
  const firstMs = batch.done ? undefined : batch.value[0]?.atMs;
  async function* changes(): AsyncIterable<readonly Change[]> {
    try {
      for (; !batch.done; batch = await batches.next()) yield batch.value;
    } finally {
      await batches.return?.();
    }
  }
  return {
    timeline: { ...timeline, changes },
    firstMs,
    async close() {
      await batches.return?.();
    },
  };
}
