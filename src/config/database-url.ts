import { BugflowError, type Place } from '../base/errors.js';
import { type DatabaseTls, mergeTls, type TlsConfig, takeTlsSettings } from './database-tls.js';

/** Where the database is, and how to log in there. */
export interface DatabaseAddress {
  /** Without the TLS settings. May contain the password: never shown. */
  readonly url: URL;
  readonly tls: TlsConfig;
}

export interface AddressContext {
  /** The TLS settings of the configuration. */
  readonly tls: DatabaseTls;
  /** The folder to which paths in the URL are relative. */
  readonly base: string;
  /** The URL's origin, for messages. */
  readonly name: string;
  /** The place of a key of `database.tls`, or without a key that of the URL. */
  readonly placeOf: (key?: string) => Place | undefined;
}

/** Checks a database URL; never quotes it. @throws BugflowError */
export function parseDatabaseUrl(text: string, context: AddressContext): DatabaseAddress {
  const { base, name, placeOf } = context;
  if (!isPostgresUrl(text)) {
    throw new BugflowError(
      'CONFIG_INVALID',
      `${name} is not a URL of PostgreSQL; write postgres://USER:PASSWORD@HOST:5432/NAME, with reserved characters in the password percent-encoded (@ is %40)`,
      { place: placeOf() },
    );
  }
  const url = new URL(text);
  const fromUrl = takeTlsSettings(url, base, placeOf());
  return { url, tls: mergeTls(context.tls, fromUrl, placeOf) };
}

function isPostgresUrl(text: string): boolean {
  // URL would drop line breaks, and so read two lines as one.
  if (!/^postgres(ql)?:\/\/\S*$/.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname, search, searchParams } = new URL(text);
  // With an invalid port, pg would wait for ever.
  if (!/^\d{1,5}$/.test(searchParams.get('port') ?? '5432')) return false;
  try {
    for (const part of [username, password, hostname, pathname, search]) decodeURIComponent(part);
    return true;
  } catch {
    // A % that does not begin an encoded character.
    return false;
  }
}
