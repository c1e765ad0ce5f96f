import { isKnownParameter } from './database-parameters.js';

/** What somebody has said about a connection, by the names of libpq (`host`, `port`, `dbname` …). */
export type ConnectionOptions = ReadonlyMap<string, string>;

/** What is wrong with a database URL; never quotes it, as any part may be one of a password. */
export interface UrlMistake {
  readonly mistake: string;
}

/**
 * Reads the two forms of libpq: `postgres://USER:PASSWORD@HOST:PORT/NAME?PARAMETERS`, and `host=… port=… dbname=…`. What
 * could be read in two ways is a mistake: a character that should be percent-encoded may be one of a password, the rest of
 * which would then be taken for a host or a name, and shown.
 */
export function parseDatabaseUrl(text: string): ConnectionOptions | UrlMistake {
  const bare = withoutQuotes(text.trim());
  if (bare === '') return { mistake: 'it is empty' };
  if (/^postgres(ql)?:\/\//i.test(bare)) return parseUrl(bare);
  if (/^(export\s+)?[A-Z][A-Z0-9_]*=/.test(bare))
    return { mistake: 'it begins with the name of a variable; only what comes after the = belongs there' };
  if (/^[a-z][a-z_]*\s*=/.test(bare)) return parseKeywords(bare);
  if (/^(jdbc:)?postgres(ql)?(\+\w+)?:/i.test(bare))
    return { mistake: 'it has a form that only other programs know' };
  return { mistake: '' };
}

/** `docker --env-file` keeps quotes, and a byte order mark counts as white space. */
function withoutQuotes(text: string): string {
  const [, , inner] = /^(["'])(.*)\1$/s.exec(text) ?? [];
  return (inner ?? text).trim();
}

function parseUrl(text: string): ConnectionOptions | UrlMistake {
  if (/[\s\p{Cc}\p{Cf}]/u.test(text))
    return { mistake: 'there is white space or an invisible character in it' };
  if (text.includes('#')) return { mistake: 'there is a # in it' };
  const [, authority = '', path = '', query = ''] =
    /^\w+:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(text) ?? [];
  if (query.includes('?')) return { mistake: 'there is more than one ? in it' };
  if (`${path}${query}`.includes('@'))
    return { mistake: 'there is an @ after the host, or a / or ? before it' };
  const [hostPart = '', userPart, ...more] = authority.split('@').reverse();
  if (more.length > 0) return { mistake: 'there is more than one @ in it' };
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/.exec(userPart ?? '') ?? [];
  const hosts = hostPart.split(',').map((part) => /^(\[[0-9a-f:.%]+\]|[^:[\]]*)(?::(\d{0,5}))?$/i.exec(part));
  if (hosts.includes(null)) return { mistake: 'its host or port is none' };
  const said: [string, string][] = [
    ['user', user],
    ['password', password],
    ['host', hosts.map((found) => found?.[1] ?? '').join(',')],
    ['port', hosts.map((found) => found?.[2] ?? '').join(',')],
    ['dbname', path],
  ];
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=');
    if (equals < 1) return { mistake: 'one of its parameters has no name or no value' };
    // As libpq, which so takes the URLs of JDBC.
    said.push(pair === 'ssl=true' ? ['sslmode', 'require'] : [pair.slice(0, equals), pair.slice(equals + 1)]);
  }
  if (hasUnknownAfterPassword(said.slice(5))) return { mistake: AFTER_PASSWORD };
  try {
    return optionsOf(said.map(([name, value]) => [name, decodeURIComponent(value)] as const));
  } catch {
    return { mistake: 'there is a % in it that does not begin an encoded character' };
  }
}

/** The form of libpq's keywords: values with blanks are in single quotes, `\` makes a character mean itself. */
function parseKeywords(text: string): ConnectionOptions | UrlMistake {
  const said: [string, string][] = [];
  const next = /\s*([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?!')(?:[^\s\\]|\\.)*))(?=\s|$)/sy;
  while (text.slice(next.lastIndex).trim() !== '') {
    const [, name = '', quoted, plain = ''] = next.exec(text) ?? [];
    if (name === '') return { mistake: 'what comes after the first parameters is no NAME=VALUE' };
    said.push([name, (quoted ?? plain).replace(/\\(.)/gs, '$1')]);
  }
  return hasUnknownAfterPassword(said) ? { mistake: AFTER_PASSWORD } : optionsOf(said);
}

const AFTER_PASSWORD = 'what comes after its password is no parameter';

/** An & or a blank that belongs to the password makes the rest look like a parameter, whose name would be shown. */
function hasUnknownAfterPassword(said: readonly (readonly [string, string])[]): boolean {
  const password = said.findIndex(([name]) => name === 'password');
  return password >= 0 && said.slice(password).some(([name]) => !isKnownParameter(name));
}

/** As in libpq, the last one counts, and nothing is as good as an empty value. */
function optionsOf(said: readonly (readonly [string, string])[]): ConnectionOptions | UrlMistake {
  if (said.some(([, value]) => value.includes('\0'))) return { mistake: 'there is a zero byte in it' };
  return new Map(said.filter(([, value]) => value !== '' && !/^,+$/.test(value)));
}
