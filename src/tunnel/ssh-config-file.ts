import { fitsWildcard } from '../documents/wildcard.js';
import { BugflowError, messageOf } from '../errors.js';
import { readNamedFile } from '../files/read-at-most.js';

/** What OpenSSH's configuration says of one host. */
export interface HostSettings {
  readonly hostName: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly identityFiles: readonly string[];
  /** As written: `[USER@]HOST[:PORT]`, several with commas between them. */
  readonly proxyJump: string | undefined;
}

interface Block {
  readonly patterns: readonly string[];
  readonly settings: (readonly [key: string, value: string])[];
}

/** Looks a host up; of each key, the first value that fits holds. `Match` blocks and `Include` are passed over. */
export type SshConfigFile = (host: string) => HostSettings;

/** A file that does not exist says nothing. @throws BugflowError when it cannot be read. */
export async function readSshConfigFile(file: string): Promise<SshConfigFile> {
  try {
    return parseSshConfig((await readNamedFile(file)).toString('utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return parseSshConfig('');
    throw new BugflowError('CONFIG_UNREADABLE', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

export function parseSshConfig(text: string): SshConfigFile {
  const blocks: Block[] = [{ patterns: ['*'], settings: [] }];
  for (const line of text.split(/\r?\n/)) {
    const match = /^([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/s.exec(line.trim());
    const [key, value] = [match?.[1]?.toLowerCase(), match?.[2]];
    if (key === undefined || value === undefined) continue;
    if (key === 'host') blocks.push({ patterns: wordsOf(value), settings: [] });
    else if (key === 'match') blocks.push({ patterns: [], settings: [] });
    else blocks.at(-1)?.settings.push([key, wordsOf(value)[0] ?? '']);
  }
  return (host) => {
    const found = blocks.filter(({ patterns }) => matchesPatterns(host, patterns)).flatMap((b) => b.settings);
    const first = (key: string): string | undefined => found.find(([name]) => name === key)?.[1];
    const port = Number(first('port'));
    return {
      hostName: first('hostname'),
      port: Number.isInteger(port) && port > 0 ? port : undefined,
      user: first('user'),
      identityFiles: found.filter(([name]) => name === 'identityfile').map(([, value]) => value),
      proxyJump: first('proxyjump'),
    };
  };
}

/** OpenSSH's pattern list: `*` and `?` are wildcards, and one match of a pattern with `!` before it rules out. */
export function matchesPatterns(name: string, patterns: readonly string[]): boolean {
  const matches = (pattern: string): boolean => fitsWildcard(name.toLowerCase(), pattern.toLowerCase());
  return (
    patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))
  );
}

/** Words, where quotes keep blanks in; what follows a `#` is a comment. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [, quoted, plain] of text.matchAll(/"([^"]*)"|(\S+)/g)) {
    if (plain?.startsWith('#')) break;
    words.push(quoted ?? plain ?? '');
  }
  return words;
}
