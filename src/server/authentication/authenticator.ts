import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { WebSettings } from '../web-config/web-file.js';
import { createPasswordChecks, type Verdict } from './password-checks.js';

/** Decides from a request's `Authorization` header whether it is let in. */
export interface Authenticator {
  /** The values of `WWW-Authenticate`. */
  readonly challenges: readonly string[];
  check(authorization: string | undefined, address: string): Verdict | Promise<Verdict>;
}

/** Undefined when no login is required. */
export function createAuthenticator({
  users,
  tokens,
}: Pick<WebSettings, 'users' | 'tokens'>): Authenticator | undefined {
  if (users.size === 0 && tokens.length === 0) return undefined;
  const passwords = users.size > 0 ? createPasswordChecks(users) : undefined;
  const isToken = tokens.length > 0 ? tokenCheck(tokens) : undefined;
  return {
    challenges: [
      ...(passwords ? ['Basic realm="taiga-bugflow", charset="UTF-8"'] : []),
      ...(isToken ? ['Bearer realm="taiga-bugflow"'] : []),
    ],
    check(authorization, address) {
      const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(authorization ?? '') ?? [];
      if (passwords && scheme.toLowerCase() === 'basic')
        return passwords.check(Buffer.from(value, 'base64').toString('utf8'), address);
      if (isToken && scheme.toLowerCase() === 'bearer') return isToken(value) ? 'granted' : 'refused';
      return 'refused';
    },
  };
}

/** Compares complete digests of fixed length, so the time tells nothing about a token, not even its length. */
function tokenCheck(tokens: readonly string[]): (token: string) => boolean {
  const secret = randomBytes(32);
  const digestOf = (token: string): Buffer => createHmac('sha256', secret).update(token).digest();
  const digests = tokens.map(digestOf);
  return (token) => {
    const digest = digestOf(token);
    return digests.map((each) => timingSafeEqual(each, digest)).includes(true);
  };
}
