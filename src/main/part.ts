import type { SampleFamily } from '../exposition/format.js';
import type { Route } from '../server/route.js';
import type { Installation } from './installation.js';

/**
 * A piece of the service that stands on its own: what it serves, tells, checks and follows of the configuration. It is made
 * from the first configuration and does nothing before `start`. Parts work side by side: a part's failures are its own, and
 * none of its methods but `accept` and `check` is expected to fail.
 */
export interface Part {
  /** For the log. */
  readonly name: string;

  /** Begins its work: at the start of the service, and again after each `reload`. */
  start?(): void;
  /** Ends its work, and resolves when it has ended. Also called where it never began. */
  stop?(): Promise<void>;

  /**
   * What of the installation it works by, as plain data. A reload leaves the part alone where this stays the same, by value;
   * else it is stopped, given the new one by `reload`, and started again. Absent: it never changes.
   */
  settings?(installation: Installation): unknown;
  /** Whether it waits before it tries again what failed: then a reload starts it anew, as somebody may have fixed the cause. */
  isStuck?(): boolean;
  /** Refuses an installation that it cannot work by, while the old one is in force. @throws BugflowError */
  accept?(installation: Installation): Promise<void>;
  /** Takes over another installation, between `stop` and `start`. */
  reload?(installation: Installation): void;

  /** What `/-/ready` waits for, like "the first run of items"; undefined: for nothing. */
  waitingFor?(): string | undefined;
  /** Its own metrics as they are now, `bugflow_…`: asked often, so it only tells what it knows. */
  families?(): readonly SampleFamily[];
  /** Its pages and endpoints; the same as long as the service runs. */
  readonly routes?: readonly Route[];
  /** Its share of the command `check`, instead of `start`. @throws BugflowError where checking on makes no sense. */
  check?(context: CheckContext): Promise<Findings>;
}

export interface CheckContext {
  readonly now: Date;
  /** Prints a line of what is found, at once. */
  readonly print: (line: string) => void;
}

/** What a check comes to. Nothing is wrong where there are no verdicts. */
export interface Findings {
  /** What is wrong, a line each; printed at the end, each once. */
  readonly problems?: readonly string[];
  /** What that means, a sentence each. */
  readonly verdicts?: readonly string[];
  /** What was looked at, for the sentence that says that all is well: half a sentence. */
  readonly summary?: string;
  /** Whether a warning was printed that makes it no less well. */
  readonly hasWarned?: boolean;
}
