import { BugflowError, messageOf } from '../base/errors.js';
import { NETWORK_ERRORS } from '../base/network-errors.js';
import type { Credential } from './credentials.js';
import type { Hop } from './route.js';

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is sshd running, and is the port right?',
  ...NETWORK_ERRORS,
};

/** Reason codes of RFC 4254, section 5.1. */
const ADMINISTRATIVELY_PROHIBITED = 1;
const CONNECT_FAILED = 2;

/** Explains in one line, with the fix, why there is no session with a server. */
export function explainSessionError(
  error: unknown,
  hop: Hop,
  credentials: readonly Credential[],
): BugflowError {
  const message = messageOf(error);
  const level = property(error, 'level');
  if (level === 'client-authentication' || /too many authentication failures/i.test(message)) {
    const offered = [...new Set(credentials.map(({ name }) => name))].join(', ');
    return new BugflowError(
      'TUNNEL_LOGIN_REFUSED',
      `the SSH server ${hop.label} refused user "${hop.user}" with ${offered}; check ssh.user, and that the public key is in ~/.ssh/authorized_keys there`,
      { cause: error },
    );
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
