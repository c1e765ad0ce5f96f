import { createHmac, randomBytes } from 'node:crypto';
import { verify } from '@node-rs/bcrypt';
import { createBoundedQueue } from './bounded-queue.js';

export type Verdict = 'granted' | 'refused' | 'busy';

/** Checks passwords against bcrypt hashes, which are slow on purpose; correct credentials are remembered. */
export interface PasswordChecks {
  /** Checks credentials `USER:PASSWORD` sent from an address. Returns at once when they are remembered. */
  check(credentials: string, address: string): Verdict | Promise<Verdict>;
}

/** @param users user → bcrypt hash; at least one */
export function createPasswordChecks(users: ReadonlyMap<string, string>): PasswordChecks {
  const hashes = [...users.values()];
  // Random for each process, so that the digests cannot be looked up in a table.
  const secret = randomBytes(32);
  const digestOf = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();
  /** User → digest of the correct credentials. */
  const right = new Map<string, string>();
  const underWay = new Map<string, Promise<Verdict>>();
  const queue = createBoundedQueue();

  const verdictOf = async (user: string, credentials: string, digest: string): Promise<Verdict> => {
    const password = credentials.slice(user.length + 1);
    const known = users.get(user);
    // An unknown user is checked against a hash as well, always the same one, so that the time does not reveal it.
    const hash = known ?? hashes[digestOf(user).readUInt32BE() % hashes.length] ?? '';
    if (!(await verify(password, hash)) || known === undefined) return 'refused';
    right.set(user, digest);
    return 'granted';
  };

  return {
    check(credentials, address) {
      const colon = credentials.indexOf(':');
      if (colon < 0) return 'refused';
      const user = credentials.slice(0, colon);
      const digest = digestOf(credentials).toString('base64');
      if (right.get(user) === digest) return 'granted';
      // Scrapers that start at the same time with the same password share one check.
      const other = underWay.get(digest);
      if (other) return other;
      const turn = queue.enter(address, () => verdictOf(user, credentials, digest));
      if (!turn) return 'busy';
      const verdict = turn.finally(() => underWay.delete(digest));
      underWay.set(digest, verdict);
      return verdict;
    },
  };
}
