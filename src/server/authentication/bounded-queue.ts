/** Limits how much work runs and waits at the same time; further work is refused. */
export interface BoundedQueue {
  /** Does the work in its turn; undefined: there is no room for this address, and nothing is done. */
  enter<T>(address: string, work: () => Promise<T>): Promise<T> | undefined;
}

/** Two of Node's four threads for such work: files and compression need some, too. */
const MAX_RUNNING = 2;
const MAX_PLACES = 32;
/** So that a single attacker cannot take all the places. */
const MAX_PER_ADDRESS = 8;

export function createBoundedQueue(): BoundedQueue {
  const queue: (() => void)[] = [];
  const placesOf = new Map<string, number>();
  let running = 0;
  let taken = 0;

  const turn = (): Promise<void> => {
    if (running < MAX_RUNNING) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => queue.push(resolve));
  };
  /** Frees a place, and starts the work that has waited longest. */
  const leave = (address: string): void => {
    taken -= 1;
    const left = (placesOf.get(address) ?? 1) - 1;
    if (left === 0) placesOf.delete(address);
    else placesOf.set(address, left);
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  };

  return {
    enter(address, work) {
      const places = placesOf.get(address) ?? 0;
      if (taken >= MAX_PLACES || places >= MAX_PER_ADDRESS) return undefined;
      taken += 1;
      placesOf.set(address, places + 1);
      return turn()
        .then(work)
        .finally(() => leave(address));
    },
  };
}
