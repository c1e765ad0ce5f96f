/** A text without what must not be shown. */
export type Redact = (text: string) => string;

const MARK = '…';
/**
 * `://user:password@`: everything up to the last `@` before the path. The scheme is not looked for: from each dot of a long
 * answer on, that would mean to read all the rest of it.
 */
const URL_CREDENTIALS = /:\/\/[^\s/?#]*@/g;

/**
 * Takes out these secrets, however an answer or an error quotes them (as they are, in a URL, in JSON, in base64), and the
 * credentials of any URL.
 */
export function createRedaction(secrets: Iterable<string>): Redact {
  const forms = new Set([...secrets].filter((secret) => secret !== '').flatMap(formsOf));
  // The longer first: a secret may begin with another one.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) =>
    ordered.reduce((rest, form) => rest.replaceAll(form, MARK), text).replace(URL_CREDENTIALS, `://${MARK}@`);
}

function formsOf(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
  ];
}

/** Headers that let somebody in, such as X-Api-Key, PRIVATE-TOKEN and Authorization. */
const SECRET_HEADER =
  /(^|[-_])(authorization|auth|token|(api)?key|secret|cookie|passw(or)?d|credentials?|jwt)$/i;

export function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name);
}

/** What headers of a request let somebody in with. */
export function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!isSecretHeader(name)) return [];
    const [, scheme = '', credentials = value] = /^(\S+)\s+(.*)$/.exec(value) ?? [];
    if (scheme.toLowerCase() !== 'basic') return [credentials];
    const text = Buffer.from(credentials, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    // Without a password, the name is a token.
    return [credentials, text.slice(colon + 1) || text.slice(0, colon)];
  });
}
