import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './store.js';

export type Role = 'viewer' | 'editor' | 'admin';

export interface Accounts {
  /** Token of a service account → its role. */
  readonly tokens?: Readonly<Record<string, Role>>;
  /** `user:password` → role. */
  readonly users?: Readonly<Record<string, Role>>;
  /** Whether those who do not log in may look. */
  readonly anonymous?: boolean;
}

const RANKS = { viewer: 1, editor: 2, admin: 3 } as const;

/** Whose request it is, or how Grafana turns it away. */
export function whoAsks({ authorization = '' }: IncomingHttpHeaders, accounts: Accounts): Role | Answer {
  const [scheme = '', secret = ''] = authorization.split(' ');
  if (authorization === '') return accounts.anonymous ? 'viewer' : unauthorized('Unauthorized');
  if (/^bearer$/i.test(scheme)) return accounts.tokens?.[secret] ?? unauthorized('Invalid API key');
  const user = Buffer.from(secret, 'base64').toString();
  return accounts.users?.[user] ?? unauthorized('Invalid username or password');
}

/** What somebody may not do; undefined: they may. */
export function forbids(role: Role, needed: Role, permission: string): Answer | undefined {
  if (RANKS[role] >= RANKS[needed]) return undefined;
  return {
    status: 403,
    body: {
      accessErrorId: 'ACE0000000001',
      message: `You'll need additional permissions to perform this action. Permissions needed: ${permission}`,
      title: 'Access denied',
    },
  };
}

function unauthorized(message: string): Answer {
  return { status: 401, body: { message, messageId: 'auth.failed', statusCode: 401, traceID: '' } };
}
