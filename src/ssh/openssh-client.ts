import { BugflowError, isErrorCode, messageOf } from '../base/errors.js';
import type { HostQuery, HostSettings } from './host-settings.js';
import { type ClientOutcome, runClient } from './run-client.js';

/** Long enough for a `Match exec` and for name lookups. */
const TIMEOUT_MS = 10_000;

/** Values in order, by keyword in lower case. */
type Settings = ReadonlyMap<string, readonly string[]>;

/**
 * Looks hosts up with OpenSSH's own client (`ssh -G`). A lookup gives undefined where the client is not installed, and
 * rejects with a BugflowError when the client does not accept the file.
 */
export function createOpensshLookup(
  command: string,
  file: string,
): (query: HostQuery) => Promise<HostSettings | undefined> {
  let defaults: Promise<Settings | undefined> | undefined;
  return async ({ host, user, port }) => {
    const settings = await ask(command, file, [
      ...(user === undefined ? [] : ['-l', user]),
      ...(port === undefined ? [] : ['-p', `${port}`]),
      ...['--', host],
    ]);
    if (settings === undefined) return undefined;
    // `ssh -G` also lists the keys that it would try by default, as if they were configured.
    defaults ??= ask(command, 'none', ['--', 'localhost']);
    const byDefault = (await defaults)?.get('identityfile') ?? [];
    const identityFiles = settings.get('identityfile') ?? [];
    return {
      hostName: settings.get('hostname')?.[0],
      port: Number(settings.get('port')?.[0]) || undefined,
      user: settings.get('user')?.[0],
      identityFiles: identityFiles.join() === byDefault.join() ? [] : identityFiles,
      identitiesOnly: settings.get('identitiesonly')?.[0] === 'yes',
      proxyJump: settings.get('proxyjump')?.[0],
    };
  };
}

async function ask(command: string, file: string, rest: readonly string[]): Promise<Settings | undefined> {
  let outcome: ClientOutcome;
  try {
    outcome = await runClient(command, ['-G', '-T', '-F', file, ...rest], TIMEOUT_MS);
  } catch (error) {
    if (isNotInstalled(error)) return undefined;
    throw refuse(file, messageOf(error), error);
  }
  const { status, stdout, stderr, ranOut } = outcome;
  if (status === 0) return parseSettings(stdout);
  // ssh does nothing when its user has no entry in /etc/passwd, as in some containers.
  if (/^No user exists/m.test(stderr)) return undefined;
  throw refuse(
    file,
    ranOut
      ? `\`ssh -G\` did not finish within ${TIMEOUT_MS / 1000} s; does a Match exec hang?`
      : stderr.trim(),
  );
}

const isNotInstalled = (error: unknown): boolean => isErrorCode(error, 'ENOENT', 'EACCES');

function refuse(file: string, reason: string, cause?: unknown): BugflowError {
  return new BugflowError('CONFIG_INVALID', `OpenSSH cannot use ${file}: ${reason}`, { cause });
}

function parseSettings(text: string): Settings {
  const settings = new Map<string, string[]>();
  for (const [, key = '', value = ''] of text.matchAll(/^(\S+) (.*)$/gm))
    settings.set(key, [...(settings.get(key) ?? []), value]);
  return settings;
}
