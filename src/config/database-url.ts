import { BugflowError, type Place } from '../base/errors.js';
import { type DatabaseTls, mergeTls, type TlsConfig, takeTlsSettings } from './database-tls.js';

/** Where the database is and how to log in there. */
export interface DatabaseAddress {
  /** Without what is said of TLS. May hold the password: never shown. */
  readonly url: URL;
  readonly tls: TlsConfig;
}

export interface AddressContext {
  /** What the configuration says of TLS beside the URL. */
  readonly tls: DatabaseTls;
  /** The folder to which paths in the URL are relative. */
  readonly base: string;
  /** How the URL's origin is called in messages. */
  readonly name: string;
  /** Where a key of `database.tls` stands; without one, the URL. */
  readonly placeOf: (key?: string) => Place | undefined;
}

/** Checks a database URL. It is never echoed. @throws BugflowError */
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
  // URL itself would leave line breaks out and take two lines for one.
  if (!/^postgres(ql)?:\/\/\S*$/.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname, search, searchParams } = new URL(text);
  // pg would wait for ever.
  if (!/^\d{1,5}$/.test(searchParams.get('port') ?? '5432')) return false;
  try {
    for (const part of [username, password, hostname, pathname, search]) decodeURIComponent(part);
    return true;
  } catch {
    // A % that begins no character.
    return false;
  }
}
