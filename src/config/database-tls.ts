import { resolve } from 'node:path';
import { z } from 'zod';
import type { SaidOptions } from './said-options.js';

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

/** The settings that are given: each parameter of libpq with the key that says the same. */
export function tlsKeysOf(tls: DatabaseTls): Record<string, string> {
  return Object.fromEntries(
    NAMES.flatMap(([name, key, parameter]) =>
      tls[name] === undefined ? [] : [[parameter, `database.tls.${key}`]],
    ),
  );
}

/** The TLS settings among what is said. @throws what `refuse` makes, without the value */
function tlsOf(said: SaidOptions, refuse: (message: string) => Error): DatabaseTls {
  const mode = said.value('sslmode');
  if (mode !== undefined && !isTlsMode(mode))
    throw refuse(`${said.describe('sslmode')} is not valid; write one of ${TLS_MODES.join(', ')}`);
  return {
    mode,
    caFile: said.value('sslrootcert') === SYSTEM_CA ? SYSTEM_CA : said.path('sslrootcert'),
    certFile: said.path('sslcert'),
    keyFile: said.path('sslkey'),
  };
}

function isTlsMode(text: string): text is TlsMode {
  return TLS_MODES.some((known) => known === text);
}

/** Combines both: no setting is in both. @throws BugflowError */
export function mergeTls(
  keys: DatabaseTls,
  said: SaidOptions,
  refuseAt: (message: string, key?: string) => Error,
): TlsConfig {
  const refuse = (message: string, name: (typeof NAMES)[number][0]): Error => {
    const key = keys[name] === undefined ? undefined : NAMES.find(([known]) => known === name)?.[1];
    return refuseAt(message, key && `database.tls.${key}`);
  };
  const others = tlsOf(said, refuseAt);
  const caFile = keys.caFile ?? others.caFile;
  const tls = {
    // A publicly trusted certificate, which anybody can get, proves nothing unless the name is checked.
    mode: keys.mode ?? others.mode ?? (caFile === SYSTEM_CA ? 'verify-full' : 'prefer'),
    caFile,
    certFile: keys.certFile ?? others.certFile,
    keyFile: keys.keyFile ?? others.keyFile,
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
