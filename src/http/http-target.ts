/** A URL as it may be shown and requested, and the credentials that were in it as a header. */
export interface HttpTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

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
  if (user === '' && password === '') return { url: url.href, headers: {} };
  const authorization =
    user.toLowerCase() === 'bearer'
      ? `Bearer ${password}`
      : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { url: url.href, headers: { authorization } };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
