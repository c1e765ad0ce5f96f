/** Lets few in at a time, and few wait: whoever comes when the place is full is turned away. */
export interface BoundedQueue {
  /** Does the work when its turn comes; undefined: no place for this address, nothing is done. */
  enter<T>(address: string, work: () => Promise<T>): Promise<T> | undefined;
}

/** Two of the four threads that Node has for such work: files and compression need some, too. */
const AT_A_TIME = 2;
const PLACES = 32;
/** One guesser alone cannot take all the places. */
const PLACES_AN_ADDRESS = 8;

export function createBoundedQueue(): BoundedQueue {
  const queue: (() => void)[] = [];
  const placesOf = new Map<string, number>();
  let running = 0;
  let taken = 0;

  const turn = (): Promise<void> => {
    if (running < AT_A_TIME) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => queue.push(resolve));
  };
  /** Hands the turn on to whoever waits longest. */
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
      if (taken >= PLACES || places >= PLACES_AN_ADDRESS) return undefined;
      taken += 1;
      placesOf.set(address, places + 1);
      return turn()
        .then(work)
        .finally(() => leave(address));
    },
  };
}
