/** Between one who is called with items and one who asks for them: a queue of one. */
export interface QueueOfOne<T> {
  /** Resolves when the item was taken. */
  readonly put: (item: T) => Promise<void>;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
  /** The taker wants no more: whoever puts gets an error. */
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
        if (stopped) return refused(new Error('the reading was given up'));
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
      waiting?.refused(new Error('the reading was given up'));
      waiting = undefined;
    },
    async *items() {
      for (;;) {
        if (waiting) {
          const { item, taken } = waiting;
          waiting = undefined;
          // Before it is used: so the next is read meanwhile, and nobody waits for a taker that has left.
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
