import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BugflowError } from '../base/errors.js';
import type { HostQuery, HostSettings } from './host-settings.js';

/** A `Match exec` may run whatever it likes, and names may be looked up. */
const TIMEOUT_MS = 10_000;

/** Keywords in small letters, each with its values in order. */
type Settings = ReadonlyMap<string, readonly string[]>;

/**
 * Asks OpenSSH's own client what its configuration says of hosts; a lookup is undefined where there is no client, and
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
    // It names the keys that it would try by default as if they were configured.
    defaults ??= ask(command, 'none', ['--', 'localhost']);
    const byDefault = (await defaults)?.get('identityfile') ?? [];
    const identityFiles = settings.get('identityfile') ?? [];
    return {
      hostName: settings.get('hostname')?.[0],
      port: Number(settings.get('port')?.[0]) || undefined,
      user: settings.get('user')?.[0],
      identityFiles: identityFiles.join() === byDefault.join() ? [] : identityFiles,
      proxyJump: settings.get('proxyjump')?.[0],
    };
  };
}

async function ask(command: string, file: string, rest: readonly string[]): Promise<Settings | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, ['-G', '-T', '-F', file, ...rest], {
      timeout: TIMEOUT_MS,
    });
    return parseSettings(stdout);
  } catch (error) {
    const { code, killed, stderr = '' } = error as { code?: unknown; killed?: boolean; stderr?: string };
    // Without an entry in /etc/passwd, as in some containers, it does nothing at all.
    if (code === 'ENOENT' || code === 'EACCES' || /^No user exists/m.test(stderr)) return undefined;
    const reason = killed
      ? `\`ssh -G\` was not done with it within ${TIMEOUT_MS / 1000} s; does a Match exec hang?`
      : stderr.trim();
    throw new BugflowError('CONFIG_INVALID', `OpenSSH cannot use ${file}: ${reason}`, { cause: error });
  }
}

function parseSettings(text: string): Settings {
  const settings = new Map<string, string[]>();
  for (const [, key = '', value = ''] of text.matchAll(/^(\S+) (.*)$/gm))
    settings.set(key, [...(settings.get(key) ?? []), value]);
  return settings;
}
