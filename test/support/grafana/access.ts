import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './store.js';

/** Anonymous: not logged in, but allowed to read. */
export type Role = 'anonymous' | 'viewer' | 'editor' | 'admin';

export interface Accounts {
  /** Token of a service account → its role. */
  readonly tokens?: Readonly<Record<string, Role>>;
  /** `user:password` → role. */
  readonly users?: Readonly<Record<string, Role>>;
  /** Whether users who are not logged in may read. */
  readonly anonymous?: boolean;
}

const RANKS = { anonymous: 1, viewer: 1, editor: 2, admin: 3 } as const;

/** The role of the request's user, or Grafana's refusal. */
export function whoAsks({ authorization = '' }: IncomingHttpHeaders, accounts: Accounts): Role | Answer {
  const { tokens = {}, users = {}, anonymous = false } = accounts;
  const [scheme = '', secret = ''] = authorization.split(' ');
  const isToken = /^bearer$/i.test(scheme);
  const known = isToken ? tokens[secret] : users[Buffer.from(secret, 'base64').toString()];
  if (known !== undefined) return known;
  // Also after a wrong login.
  if (anonymous) return 'anonymous';
  if (authorization === '') return unauthorized('Unauthorized');
  return unauthorized(isToken ? 'Invalid API key' : 'Invalid username or password');
}

/** The refusal when a right is missing; undefined when it is not. */
export function forbids(role: Role, needed: Role, permission: string): Answer | undefined {
  return RANKS[role] >= RANKS[needed] ? undefined : forbidden(permission);
}

export function forbidden(permission: string): Answer {
  return {
    status: 403,
    body: {
      accessErrorId: 'ACE0000000001',
      message: `You'll need additional permissions to perform this action. Permissions needed: ${permission}`,
      title: 'Access denied',
    },
  };
}

export function unauthorized(message: string): Answer {
  return { status: 401, body: { message, messageId: 'auth.failed', statusCode: 401, traceID: '' } };
}
