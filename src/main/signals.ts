/** What the process is told from outside. */
export interface Signals {
  /** The first SIGTERM or SIGINT, for a command that ends by itself. */
  readonly stop: Promise<NodeJS.Signals>;
  isStopping(): boolean;
  /** Tells of each SIGHUP until the process is to stop; at once of those that came before. */
  onHangUp(listener: () => void): void;
  /** From now on each signal ends the process at once, with its status; also one that came before. */
  endAtOnce(): void;
  /** Ends the process when it takes too long to stop. The limit counts from the signal, whatever is going on then. */
  limitStop(giveUp: (signal: NodeJS.Signals) => never): void;
}

const NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
/** As long as a signal may be one with another: Ctrl-C under npm comes from the terminal and from npm. */
const SAME_MS = 500;
/** Supervisors are promised an end within five seconds, and the event loop may be busy before it hears of the signal. */
const STOP_LIMIT_MS = 3000;

interface Surroundings {
  readonly end: (status: number) => void;
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
}

const THIS_PROCESS: Surroundings = { end: process.exit, now: () => performance.now() };

/** The exit status of a process that a signal ended, as shells have it. */
export function statusOf(signal: NodeJS.Signals): number {
  return 128 + (NUMBERS[signal] ?? 0);
}

/**
 * To be called before anything else is loaded: until then SIGHUP ends the process without a word, and the first process of
 * a container does not hear of SIGTERM. Nor would it end by a signal that nobody listens to, so one stays listened to:
 * the second one ends the process at once.
 */
export function watchSignals({ end, now }: Surroundings = THIS_PROCESS): Signals {
  let endsAtOnce = false;
  let first: { readonly signal: NodeJS.Signals; readonly atTick: number } | undefined;
  let hasHungUp = false;
  let onHangUp = (): void => {
    hasHungUp = true;
  };
  let resolveStop: (signal: NodeJS.Signals) => void = () => undefined;
  const stop = new Promise<NodeJS.Signals>((resolve) => {
    resolveStop = resolve;
  });
  const came = new Set<NodeJS.Signals>();
  const onStop = (signal: NodeJS.Signals): void => {
    came.add(signal);
    const isAnother = first !== undefined && now() - first.atTick > SAME_MS;
    first ??= { signal, atTick: now() };
    resolveStop(first.signal);
    if (endsAtOnce || isAnother) end(statusOf(signal));
  };
  // Shells, npm and systemd tell apart who ended by a signal; for process 1, which cannot, the status says it.
  process.on('exit', (status) => {
    const signal = (Object.keys(NUMBERS) as NodeJS.Signals[]).find((name) => statusOf(name) === status);
    if (signal === undefined || !came.has(signal)) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
  process.on('SIGTERM', onStop).on('SIGINT', onStop);
  process.on('SIGHUP', (signal) => {
    came.add(signal);
    if (endsAtOnce) end(statusOf('SIGHUP'));
    if (first === undefined) onHangUp();
  });
  return {
    stop,
    isStopping: () => first !== undefined,
    onHangUp(listener) {
      onHangUp = listener;
      if (hasHungUp) listener();
    },
    endAtOnce() {
      endsAtOnce = true;
      if (first !== undefined) end(statusOf(first.signal));
      else if (hasHungUp) end(statusOf('SIGHUP'));
    },
    limitStop(giveUp) {
      void stop.then((signal) => setTimeout(giveUp, STOP_LIMIT_MS, signal).unref());
    },
  };
}
