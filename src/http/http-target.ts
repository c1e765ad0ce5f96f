/** A URL as it may be requested, and the credentials that were in it as a header. */
export interface HttpTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The URL for people: without what stands behind the `?`, which may be a token. */
  readonly shown: string;
  /** What stands there and is long enough to be a token: not to be shown. */
  readonly secrets: readonly string[];
}

const SHORTEST_TOKEN = 8;

/** `https://user:password@host/…` becomes basic authentication, `https://bearer:TOKEN@host/…` a bearer token. */
export function httpTarget(text: string): HttpTarget | undefined {
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
    secrets: [...url.searchParams.values()].filter(({ length }) => length >= SHORTEST_TOKEN),
  };
  if (user === '' && password === '') return { ...target, headers: {} };
  const authorization =
    user.toLowerCase() === 'bearer'
      ? `Bearer ${password}`
      : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { ...target, headers: { authorization } };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
