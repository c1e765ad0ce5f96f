import type { SampleFamily } from '../exposition/format.js';
import type { Route } from '../server/route.js';
import type { Installation } from './installation.js';

/**
 * An independent piece of the service with its own pages, metrics, checks and settings. It is created from the first
 * configuration and does nothing before `start`. Parts are independent: a part handles its own failures, and only `accept`
 * and `check` may throw.
 */
export interface Part {
  /** The name in the log. */
  readonly name: string;

  /** Begins the work: when the service starts, and again after each `reload`. */
  start?(): void;
  /** Stops the work, and resolves when it has stopped. Also called when it was never started. */
  stop?(): Promise<void>;

  /**
   * The settings that this part depends on, as plain data. A reload leaves the part alone when they are equal to the old
   * ones; otherwise it is stopped, reloaded and started again. Absent: the part never changes.
   */
  settings?(installation: Installation): unknown;
  /** Whether it waits to retry something that failed: then a reload restarts it, as the cause may have been fixed. */
  isStuck?(): boolean;
  /** Refuses an installation with which it could not work; the old one is still in force. @throws BugflowError */
  accept?(installation: Installation): Promise<void>;
  /** Switches to another installation, between `stop` and `start`. */
  reload?(installation: Installation): void;

  /** What `/-/ready` still waits for, like "the first run of items"; undefined: nothing. */
  waitingFor?(): string | undefined;
  /** Its current metrics, `bugflow_…`. Called often, so it must not do any work. */
  families?(): readonly SampleFamily[];
  /** Its pages and endpoints, which never change. */
  readonly routes?: readonly Route[];
  /** Its part of the command `check`; called instead of `start`. @throws BugflowError when no further check makes sense */
  check?(context: CheckContext): Promise<Findings>;
}

export interface CheckContext {
  readonly now: Date;
  /** Prints a line at once. */
  readonly print: (line: string) => void;
}

/** The result of a check. All is well when there are no conclusions. */
export interface Findings {
  /** Problems, one line each; printed at the end, without repetitions. */
  readonly problems?: readonly string[];
  /** The conclusions, one sentence each. */
  readonly conclusions?: readonly string[];
  /** What was checked: a part of the sentence that says that all is well. */
  readonly summary?: string;
  /** Whether a warning was printed; all may be well nevertheless. */
  readonly hasWarned?: boolean;
}
