import { resolve } from 'node:path';
import { z } from 'zod';
import { BugflowError, type Place } from '../base/errors.js';

/** libpq's `sslmode`, with its meanings. */
export const TLS_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

export const tlsSchema = z.strictObject({
  mode: z
    .enum(TLS_MODES)
    .optional()
    .describe('What libpq calls `sslmode`; `prefer` by default: TLS where the server has it.'),
  ca_file: z
    .string()
    .optional()
    .describe(
      "Certificates (PEM) that the server's must come from; `system`: those that everybody trusts. With it, `require` is like `verify-ca`.",
    ),
  cert_file: z.string().optional().describe('Certificate (PEM) to log in with.'),
  key_file: z.string().optional().describe('Its private key; only its owner may read it (`chmod 600`).'),
  server_name: z
    .string()
    .min(1)
    .optional()
    .describe("Name that `verify-full` wants in the server's certificate; the URL's host by default."),
});

/** What was said of TLS in one place, the configuration or the URL. Paths are absolute. */
export interface DatabaseTls {
  readonly mode?: TlsMode | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly serverName?: string | undefined;
}

export interface TlsConfig extends DatabaseTls {
  readonly mode: TlsMode;
}

/** Instead of a path: the certificates that the system trusts, as libpq calls them. */
export const SYSTEM_CA = 'system';

/** The same thing under `database.tls` and in the URL. */
const NAMES = [
  ['mode', 'mode', 'sslmode'],
  ['caFile', 'ca_file', 'sslrootcert'],
  ['certFile', 'cert_file', 'sslcert'],
  ['keyFile', 'key_file', 'sslkey'],
] as const;

export function tlsSettings(raw: z.output<typeof tlsSchema>, base: string): DatabaseTls {
  return {
    mode: raw.mode,
    caFile: raw.ca_file === SYSTEM_CA ? SYSTEM_CA : raw.ca_file && resolve(base, raw.ca_file),
    certFile: raw.cert_file && resolve(base, raw.cert_file),
    keyFile: raw.key_file && resolve(base, raw.key_file),
    serverName: raw.server_name,
  };
}

/**
 * Takes what a URL says of TLS out of it, as pg would read it otherwise than libpq does.
 * @throws BugflowError with what is wrong with it, never with what it holds
 */
export function takeTlsSettings(url: URL, base: string, place: Place | undefined): DatabaseTls {
  const refuse = (message: string): BugflowError => new BugflowError('CONFIG_INVALID', message, { place });
  const take = (name: string): string | undefined => {
    const value = url.searchParams.get(name);
    url.searchParams.delete(name);
    return value ?? undefined;
  };
  const mode = take('sslmode');
  if (mode !== undefined && !TLS_MODES.some((known) => known === mode))
    throw refuse(`the database URL has an sslmode that is none; write one of ${TLS_MODES.join(', ')}`);
  const [caFile, certFile, keyFile] = [take('sslrootcert'), take('sslcert'), take('sslkey')];
  const unknown = [...url.searchParams.keys()].find((name) => name.startsWith('ssl'));
  if (unknown !== undefined) {
    throw refuse(
      `the parameter ${unknown} of the database URL is not known here; sslmode, sslrootcert, sslcert and sslkey are`,
    );
  }
  return {
    mode: mode as TlsMode | undefined,
    caFile: caFile === SYSTEM_CA ? SYSTEM_CA : caFile && resolve(base, caFile),
    certFile: certFile && resolve(base, certFile),
    keyFile: keyFile && resolve(base, keyFile),
  };
}

/**
 * Both together. A thing that is given in both is an error.
 * @param placeOf where a key of `database.tls` stands; without one, the URL
 * @throws BugflowError
 */
export function mergeTls(
  keys: DatabaseTls,
  fromUrl: DatabaseTls,
  placeOf: (key?: string) => Place | undefined,
): TlsConfig {
  const refuse = (message: string, name: (typeof NAMES)[number][0]): BugflowError => {
    const key = keys[name] === undefined ? undefined : NAMES.find(([known]) => known === name)?.[1];
    return new BugflowError('CONFIG_INVALID', message, { place: placeOf(key) });
  };
  for (const [name, key, parameter] of NAMES) {
    if (keys[name] !== undefined && fromUrl[name] !== undefined) {
      throw refuse(`database.tls.${key} and ${parameter} in the database URL are both given; keep one`, name);
    }
  }
  const caFile = keys.caFile ?? fromUrl.caFile;
  const tls = {
    // What everybody can get a certificate of proves nothing without the name.
    mode: keys.mode ?? fromUrl.mode ?? (caFile === SYSTEM_CA ? 'verify-full' : 'prefer'),
    caFile,
    certFile: keys.certFile ?? fromUrl.certFile,
    keyFile: keys.keyFile ?? fromUrl.keyFile,
    serverName: keys.serverName,
  };
  if (tls.mode !== 'verify-full' && caFile === SYSTEM_CA)
    throw refuse(`the system's certificates prove nothing with ${tls.mode}; use verify-full`, 'caFile');
  if (tls.mode === 'verify-ca' && caFile === undefined)
    throw refuse('verify-ca needs to know the CA; set database.tls.ca_file or sslrootcert', 'mode');
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const [given, missing] = tls.certFile === undefined ? ['key', 'certificate'] : ['certificate', 'key'];
    throw refuse(
      `there is a ${given} to log in with, but no ${missing}; set both cert_file and key_file under database.tls, or sslcert and sslkey in the URL`,
      given === 'key' ? 'keyFile' : 'certFile',
    );
  }
  return tls;
}
