import { BugflowError, messageOf } from '../base/errors.js';
import { NETWORK_ERRORS } from '../base/network-errors.js';
import { explainRefusedLogin, listed } from './explain-login.js';
import type { HandshakeRecord } from './handshake-record.js';
import type { LoginOutcome } from './login.js';
import type { Hop } from './route.js';

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is sshd running, and is the port right?',
  ...NETWORK_ERRORS,
};

/** Reason codes of RFC 4254, section 5.1. */
const ADMINISTRATIVELY_PROHIBITED = 1;
const CONNECT_FAILED = 2;

/** What is known of a session that was being set up. */
interface Attempt {
  readonly login: LoginOutcome;
  readonly handshake: HandshakeRecord;
}

/** Explains in one line, with the fix, why there is no session with a server. */
export function explainSessionError(error: unknown, hop: Hop, attempt?: Attempt): BugflowError {
  const message = messageOf(error);
  const level = property(error, 'level');
  if (attempt !== undefined) {
    if (/too many authentication failures/i.test(message)) return tooManyTried(hop, attempt.login, error);
    if (level === 'client-authentication') return refused(explainRefusedLogin(hop, attempt.login), error);
    const mismatch = attempt.handshake.explainMismatch(message);
    if (mismatch !== undefined) return unreachable(`the SSH server ${hop.label} ${mismatch}`, error);
  }
  if (level === 'client-timeout') {
    return unreachable(
      `the SSH session with ${hop.label} was lost: the server does not answer any more`,
      error,
    );
  }
  const fix = UNREACHABLE[String(property(error, 'code'))];
  return unreachable(`cannot reach the SSH server ${hop.label}: ${fix ?? message}`, error);
}

/** A session that the server closed; while somebody was logging in, that is how it went. */
export function explainClose(hop: Hop, login: LoginOutcome | undefined): BugflowError {
  if (login !== undefined && login.refused.length > 0) return tooManyTried(hop, login, undefined);
  return unreachable(`the SSH session with ${hop.label} was lost: it was closed there`, undefined);
}

function tooManyTried(hop: Hop, { refused: tried, waiting }: LoginOutcome, cause: unknown): BugflowError {
  const count = tried.length === 1 ? 'one attempt' : `${tried.length} attempts`;
  const rest = waiting.length === 0 ? '' : `, before ${listed(waiting)} could be tried`;
  return refused(
    `the SSH server ${hop.label} ended the login of user "${hop.user}" after ${count} (${listed(tried)})${rest}; name the right key with ssh.key_file, or with IdentityFile and IdentitiesOnly yes in OpenSSH's configuration, or raise MaxAuthTries there`,
    cause,
  );
}

function refused(message: string, cause: unknown): BugflowError {
  return new BugflowError('TUNNEL_LOGIN_REFUSED', message, { cause });
}

/** Explains why a server does not forward to a host. */
export function explainForwardError(
  error: unknown,
  hop: Hop,
  destination: string,
  what: 'database' | 'server',
): BugflowError {
  const message = messageOf(error).replace(/^\(SSH\) Channel open failure: /, '');
  const reason = property(error, 'reason');
  if (reason === ADMINISTRATIVELY_PROHIBITED) {
    return new BugflowError(
      'TUNNEL_FORWARD_REFUSED',
      `the SSH server ${hop.label} does not forward to ${destination} (${message}); allow it there with AllowTcpForwarding and PermitOpen in sshd_config, and in authorized_keys with permitopen`,
      { cause: error },
    );
  }
  if (reason === CONNECT_FAILED) {
    return what === 'database'
      ? new BugflowError(
          'DATABASE_UNREACHABLE',
          `the SSH server ${hop.label} cannot reach the database at ${destination}: ${message}; host and port of the database URL must be right as seen from there`,
          { cause: error },
        )
      : unreachable(
          `the SSH server ${hop.label} cannot reach the next one at ${destination}: ${message}`,
          error,
        );
  }
  return unreachable(`the SSH server ${hop.label} did not forward to ${destination}: ${message}`, error);
}

function unreachable(message: string, cause: unknown): BugflowError {
  return new BugflowError('TUNNEL_UNREACHABLE', message, { cause });
}

function property(error: unknown, name: string): unknown {
  return error instanceof Error ? Object.getOwnPropertyDescriptor(error, name)?.value : undefined;
}
