/** A URL as it may be requested, and the credentials that were in it as a header. */
export interface HttpTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The URL for people: without what stands behind the `?`, which may be a token. */
  readonly shown: string;
  /** What stands there and is long enough to be a token: not to be shown. */
  readonly secrets: readonly string[];
}

/** What lets somebody in to a server, beside what its URL says. */
export interface Access {
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Not to be shown, although answers may quote the request. */
  readonly secrets: readonly string[];
  /** Whom this lets in, where that says whose data it is: a user's name, a tenant's header. No secret that may change. */
  readonly tenant: string;
}

const NO_ACCESS: Access = { headers: {}, secrets: [], tenant: '' };

const SHORTEST_TOKEN = 8;

/** `https://user:password@host/…` becomes basic authentication, `https://bearer:TOKEN@host/…` a bearer token. */
export function httpTarget(text: string, access: Access = NO_ACCESS): HttpTarget | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const user = decode(url.username);
  const password = decode(url.password);
  url.username = '';
  url.password = '';
  url.hash = '';
  const target = {
    url: url.href,
    shown: `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`,
    secrets: [
      ...[...url.searchParams.values()].filter(({ length }) => length >= SHORTEST_TOKEN),
      ...access.secrets,
    ],
  };
  if (user === '' && password === '') return { ...target, headers: access.headers };
  const authorization =
    user.toLowerCase() === 'bearer'
      ? `Bearer ${password}`
      : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { ...target, headers: { authorization, ...access.headers } };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
