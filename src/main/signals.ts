/** What the process is told while a service runs. */
export interface Signals {
  /** The first SIGTERM or SIGINT. */
  readonly stop: Promise<NodeJS.Signals>;
  isStopping(): boolean;
  /** Tells of each SIGHUP until the process is to stop; at once of those that came before. */
  onHangUp(listener: () => void): void;
}

/**
 * To be called before anything is loaded: until then SIGHUP ends the process without a word, and the first process of a
 * container does not hear of SIGTERM.
 */
export function watchSignals(): Signals {
  let isStopping = false;
  let hasHungUp = false;
  let onHangUp = (): void => {
    hasHungUp = true;
  };
  process.on('SIGHUP', () => {
    if (!isStopping) onHangUp();
  });
  const stop = waitForStop().then((signal) => {
    isStopping = true;
    return signal;
  });
  return {
    stop,
    isStopping: () => isStopping,
    onHangUp(listener) {
      onHangUp = listener;
      if (hasHungUp) listener();
    },
  };
}

/** Resolves to the first SIGTERM or SIGINT; the same one again ends the process at once. */
export function waitForStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}
