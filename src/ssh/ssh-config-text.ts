import SSHConfig, { type Line, LineType } from 'ssh-config';
import { accountName } from '../base/account.js';
import { BugflowError, messageOf } from '../base/errors.js';
import { matchesPatterns } from './host-patterns.js';
import type { HostQuery, HostSettings } from './host-settings.js';

type DirectiveLine = Extract<Line, { type: LineType.DIRECTIVE }>;

const LINE_BREAK = /\r\n|\n|\r/;

/** Criteria of `Match` that depend only on names. */
const KNOWN_CRITERIA: readonly string[] = ['all', 'host', 'originalhost', 'user', 'localuser'];

/**
 * Reads OpenSSH's configuration without OpenSSH. What it does not support is an error and never skipped: that line could
 * be the one that matters. Only the library's parser is used: its own lookup lets `?` match no character, too, and
 * mistakes some keywords in lower case.
 * @throws BugflowError with the line of an `Include`, or of a `Match` by more than names
 */
export function parseSshConfig(file: string, text: string): (query: HostQuery) => HostSettings {
  let config: SSHConfig;
  try {
    config = SSHConfig.parse(text);
  } catch (error) {
    throw new BugflowError('CONFIG_INVALID', `this is no configuration of OpenSSH: ${messageOf(error)}`, {
      place: { file, line: firstBadLine(text) },
    });
  }
  assertKnown(config, file, text);
  return (query) => {
    const found = collect(config, query);
    const first = (keyword: string): string | undefined => found.get(keyword)?.[0];
    const port = Number(first('port'));
    return {
      hostName: first('hostname'),
      port: Number.isInteger(port) && port > 0 ? port : undefined,
      user: first('user'),
      identityFiles: [...new Set(found.get('identityfile'))],
      identitiesOnly: /^(?:yes|true)$/i.test(first('identitiesonly') ?? ''),
      proxyJump: first('proxyjump'),
    };
  };
}

/** All values that apply to a host, by keyword in lower case; the first one wins. */
function collect(config: SSHConfig, { host, user }: HostQuery): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const names: Readonly<Record<string, () => string>> = {
    originalhost: () => host,
    host: () => (found.get('hostname')?.[0] ?? host).replaceAll('%h', host),
    user: () => user ?? found.get('user')?.[0] ?? accountName() ?? '',
    localuser: () => accountName() ?? '',
  };
  const fits = (line: DirectiveLine): boolean => {
    if (!('criteria' in line)) return matchesPatterns(host, wordsOf(line.value));
    return Object.entries(line.criteria).every(([criterion, patterns]) => {
      const name = names[criterion.toLowerCase()];
      return name === undefined || matchesPatterns(name(), wordsOf(patterns).join().split(','));
    });
  };
  for (const line of config) {
    if (line.type !== LineType.DIRECTIVE) continue;
    const settings = 'config' in line ? (fits(line) ? directivesOf(line.config) : []) : [line];
    for (const { param, value } of settings) {
      const keyword = param.toLowerCase();
      found.set(keyword, [...(found.get(keyword) ?? []), ...wordsOf(value).slice(0, 1)]);
    }
  }
  return found;
}

function wordsOf(value: DirectiveLine['value']): string[] {
  return typeof value === 'string' ? [value] : value.map(({ val }) => val);
}

function assertKnown(config: SSHConfig, file: string, text: string): void {
  const lines = directivesOf(config);
  const matches = lines.filter((line) => 'criteria' in line);
  const unknown = lines.find(
    (line) => line.param.toLowerCase() === 'include' || ('criteria' in line && !isKnown(line.criteria)),
  );
  if (unknown === undefined) return;
  const isMatch = 'criteria' in unknown;
  const what = isMatch ? `Match ${Object.keys(unknown.criteria).join(' and ')}` : 'Include';
  const line = lineOf(isMatch ? 'match' : 'include', isMatch ? matches.indexOf(unknown) : 0, text);
  throw new BugflowError(
    'CONFIG_INVALID',
    `${what} is supported only where OpenSSH's client is installed, and there is no \`ssh\` here: install it, or name another file with ssh.config_file`,
    { place: { file, line } },
  );
}

function isKnown(criteria: object): boolean {
  return Object.keys(criteria).every((key) => KNOWN_CRITERIA.includes(key.toLowerCase()));
}

/** All directives in the order of the file, with those inside its sections. */
function directivesOf(config: SSHConfig): readonly DirectiveLine[] {
  return config.flatMap((line) =>
    line.type === LineType.DIRECTIVE ? [line, ...('config' in line ? directivesOf(line.config) : [])] : [],
  );
}

/** The line number of the keyword's occurrence with this index (from 0). */
function lineOf(keyword: string, index: number, text: string): number {
  const numbers = text
    .split(LINE_BREAK)
    .flatMap((line, i) => (/^\s*([a-z]+)/i.exec(line)?.[1]?.toLowerCase() === keyword ? [i + 1] : []));
  return numbers[index] ?? 1;
}

/** The library does not say where parsing failed: this finds the shortest beginning of the file that fails. */
function firstBadLine(text: string): number {
  const lines = text.split(LINE_BREAK);
  let good = 0;
  let bad = lines.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      SSHConfig.parse(lines.slice(0, middle).join('\n'));
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return bad;
}
