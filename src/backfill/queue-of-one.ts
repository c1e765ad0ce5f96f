/** A queue with room for one item, between a producer that is called and a consumer that asks. */
export interface QueueOfOne<T> {
  /** Resolves when the item has been taken. */
  readonly put: (item: T) => Promise<void>;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
  /** The consumer wants no more: the producer gets an error. */
  readonly stop: () => void;
  items(): AsyncIterable<T>;
}

export function createQueueOfOne<T>(): QueueOfOne<T> {
  let waiting: { item: T; taken: () => void; refused: (error: Error) => void } | undefined;
  let wake: () => void = () => undefined;
  let ended = false;
  let stopped = false;
  let failure: { readonly error: unknown } | undefined;
  return {
    put: (item) =>
      new Promise((taken, refused) => {
        if (stopped) return refused(new Error('the reading was stopped'));
        waiting = { item, taken, refused };
        wake();
      }),
    end() {
      ended = true;
      wake();
    },
    fail(error) {
      ended = true;
      if (!stopped) failure = { error };
      wake();
    },
    stop() {
      stopped = true;
      waiting?.refused(new Error('the reading was stopped'));
      waiting = undefined;
    },
    async *items() {
      for (;;) {
        if (waiting) {
          const { item, taken } = waiting;
          waiting = undefined;
          // Called before the item is used: the next one is read meanwhile, and no producer waits for a consumer that left.
          taken();
          yield item;
        } else if (failure) {
          throw failure.error;
        } else if (ended) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
