import { z } from 'zod';
import { CIPHER_SUITES, CLIENT_AUTH_TYPES, TLS_VERSIONS } from './tls-names.js';

/*
 * The web configuration file of Prometheus and its exporters (exporter-toolkit), as far as it is supported, with
 * `bearer_token_files` in addition. Errors do not quote values that may be secrets.
 */

const path = z.string().min(1, 'must be a path');

/** A key of that format that has no effect here. */
const unsupported = (fix: string) => z.undefined(`this is not supported; ${fix}`).optional();

const tlsVersion = z.enum(namesOf(TLS_VERSIONS), {
  error: ({ input }) =>
    input === 'TLS10' || input === 'TLS11'
      ? `the version ${input} is not supported, as it is not secure any more; use TLS12 or TLS13`
      : 'this is not a version of TLS; use TLS12 or TLS13',
});

const tls = z.strictObject({
  cert_file: path,
  key_file: path,
  client_auth_type: z
    .enum(CLIENT_AUTH_TYPES, { error: `this is not one of ${CLIENT_AUTH_TYPES.join(', ')}` })
    .default('NoClientCert'),
  client_ca_file: path.optional(),
  min_version: tlsVersion.default('TLS12'),
  max_version: tlsVersion.default('TLS13'),
  cipher_suites: z
    .array(
      z.enum(namesOf(CIPHER_SUITES), {
        error:
          "this is not a cipher suite that is supported; use Go's names of secure ones, like TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      }),
    )
    .min(1, 'name at least one cipher suite, or leave the key out')
    .optional(),
  prefer_server_cipher_suites: z.boolean().default(true),
  cert: unsupported('put the certificate into a file and name it with cert_file'),
  key: unsupported('put the key into a file and name it with key_file'),
  client_ca: unsupported('put the certificate into a file and name it with client_ca_file'),
  client_allowed_sans: unsupported('give the clients a certification authority of their own'),
  curve_preferences: unsupported("leave it out, OpenSSL's own curves are used"),
});

const headerText = z
  .string()
  .regex(/^[\t\x20-\x7e]+$/, 'the value of a header is one line of printable ASCII characters');

/** The headers that Prometheus allows; others do not belong into a configuration file. */
const headers = z.strictObject({
  'Strict-Transport-Security': headerText.optional(),
  'X-Content-Type-Options': z.enum(['nosniff'], 'this can only be nosniff').optional(),
  'X-Frame-Options': z.enum(['deny', 'sameorigin'], 'this can only be deny or sameorigin').optional(),
  'X-XSS-Protection': headerText.optional(),
  'Content-Security-Policy': headerText.optional(),
});

const BCRYPT_HASH = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** Each step doubles the time; with 16 a check takes some seconds. */
const MAX_COST = 16;

const passwordHash = z.string('must be a bcrypt hash').superRefine((hash, context) => {
  const cost = Number(BCRYPT_HASH.exec(hash)?.[1]);
  if (!(cost >= 4))
    context.addIssue('this is not a bcrypt hash; make one with: htpasswd -nBC 12 USER (docs/http.md)');
  if (cost > MAX_COST)
    context.addIssue(
      `a bcrypt hash of cost ${cost} takes too long to check; make one of cost 10 to ${MAX_COST}`,
    );
});

const users = z
  .record(z.string(), passwordHash, 'must be a map of users and their bcrypt hashes')
  .superRefine((given, context) => {
    const names = Object.keys(given);
    if (names.length === 0) context.addIssue('there is no user in it; add one, or leave the key out');
    const wrong = names.find((name) => name === '' || name.includes(':'));
    if (wrong !== undefined)
      context.addIssue({ code: 'custom', path: [wrong], message: 'a user has a name without a colon' });
  });

export const webFileSchema = z.strictObject({
  tls_server_config: tls.optional(),
  http_server_config: z
    .strictObject({
      /** Allowed because Prometheus' files may have it; the server speaks only HTTP/1.1. */
      http2: z.boolean().optional(),
      headers: headers.optional(),
    })
    .optional(),
  basic_auth_users: users.optional(),
  bearer_token_files: z
    .array(path)
    .min(1, 'there is no file in it; add one, or leave the key out')
    .optional(),
  rate_limit: unsupported('let a reverse proxy limit the rate'),
});

export type RawWebFile = z.output<typeof webFileSchema>;

function namesOf<K extends string>(table: Readonly<Record<K, unknown>>): [K, ...K[]] {
  return Object.keys(table) as [K, ...K[]];
}
