import type { AuthHandlerMiddleware } from 'ssh2';
import type { Credential, Credentials } from './credentials.js';

/** How far a login has come. */
export interface LoginOutcome {
  /** What the server took as one of several factors. */
  readonly accepted: readonly Credential[];
  /** Since it last accepted something. */
  readonly refused: readonly Credential[];
  /** What it has not been asked. */
  readonly waiting: readonly Credential[];
  /** The kinds that it wants now, as it calls them; undefined before it has said. */
  readonly wanted: readonly string[] | undefined;
  readonly unusable: readonly string[];
  readonly unanswered: readonly string[];
}

export interface Login {
  readonly next: AuthHandlerMiddleware;
  /** Reads what ssh2 tells of itself. */
  read(line: string): void;
  outcome(): LoginOutcome;
}

/**
 * Asks the server first what it wants, as OpenSSH does, and then offers only that: where several factors are wanted in some
 * order, each gets its turn, and none is used up before.
 */
export function createLogin({ ways, unusable, unanswered }: Credentials, username: string): Login {
  const accepted: Credential[] = [];
  let refused: Credential[] = [];
  let waiting = [...ways];
  let current: Credential | undefined;
  let wanted: readonly string[] | undefined;

  const settle = (isPartOfIt: boolean): void => {
    if (current === undefined) return;
    // ssh2 does not pass on that an agent's key was one of several factors; servers ask to sign only for keys that they take.
    if (isPartOfIt || current.agent?.hasSigned()) {
      accepted.push(current);
      refused = [];
    } else refused.push(current);
    current = undefined;
  };

  return {
    next(left, isPartOfIt, answer) {
      // At first there is nothing left or done, whatever the types say.
      if ((left as unknown) === null && wanted === undefined) return answer({ type: 'none', username });
      settle(isPartOfIt);
      // For an agent's key ssh2 says what was left before it.
      const kinds = wanted ?? left;
      current = waiting.find(({ kind }) => kinds.includes(kind));
      waiting = waiting.filter((way) => way !== current);
      answer((current?.method ?? false) as Parameters<typeof answer>[0]);
    },
    read(line) {
      const kinds = /^Inbound: Received USERAUTH_FAILURE \(([^)]*)\)/.exec(line)?.[1];
      if (kinds !== undefined) wanted = kinds.split(',').filter(Boolean);
    },
    outcome: () => ({
      ...{ accepted, waiting, wanted, unusable, unanswered },
      // The connection may have ended with the last one.
      refused: current === undefined ? refused : [...refused, current],
    }),
  };
}
