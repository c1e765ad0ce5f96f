import { resolve } from 'node:path';
import { z } from 'zod';
import { BugflowError, type Place } from '../base/errors.js';

/** The values of libpq's `sslmode`. */
const TLS_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

export const tlsSchema = z.strictObject({
  mode: z
    .enum(TLS_MODES)
    .optional()
    .describe('Like `sslmode` in libpq; by default `prefer`: TLS if the server has it.'),
  ca_file: z
    .string()
    .optional()
    .describe(
      "File of CA certificates (PEM) that must have signed the server's; `system`: the CAs that this system trusts. With it, `require` is like `verify-ca`.",
    ),
  cert_file: z.string().optional().describe('Certificate (PEM) to log in with.'),
  key_file: z.string().optional().describe('Its private key; only its owner may read it (`chmod 600`).'),
  server_name: z
    .string()
    .min(1)
    .optional()
    .describe("The name that `verify-full` requires in the server's certificate; by default the URL's host."),
});

/** The TLS settings from one source: the configuration or the URL. Paths are absolute. */
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

/** libpq's word for the certificates that the system trusts, in place of a path. */
export const SYSTEM_CA = 'system';

/** For each setting: its name here, under `database.tls`, and in the URL. */
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
 * Removes the TLS settings from a URL and returns them, because pg understands them differently from libpq.
 * @throws BugflowError that says what is wrong, without quoting the value
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
    throw refuse(`the sslmode in the database URL is not valid; write one of ${TLS_MODES.join(', ')}`);
  const [caFile, certFile, keyFile] = [take('sslrootcert'), take('sslcert'), take('sslkey')];
  const unknown = [...url.searchParams.keys()].find((name) => name.startsWith('ssl'));
  if (unknown !== undefined) {
    throw refuse(
      `the parameter ${unknown} of the database URL is not supported; sslmode, sslrootcert, sslcert and sslkey are`,
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
 * Combines both sources. A setting given in both is an error.
 * @param placeOf the place of a key of `database.tls`, or without a key that of the URL
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
    // A publicly trusted certificate, which anybody can get, proves nothing unless the name is checked.
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
