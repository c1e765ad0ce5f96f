import { homedir, userInfo } from 'node:os';

/** The home of the account that this process runs as; `/` where it has none, as where a container names it by a number. */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env.HOME || (attempt(homedir) ?? '/');
}

/** Its name; undefined where it has none. */
export function accountName(): string | undefined {
  return attempt(() => userInfo().username);
}

/** Node throws what the system says of an account that it does not know. */
function attempt(ask: () => string): string | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
