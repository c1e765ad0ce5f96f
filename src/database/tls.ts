import { stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
} from 'node:tls';
import { BugflowError, messageOf } from '../base/errors.js';
import { readNamedFile } from '../base/read-at-most.js';
import type { DatabaseAddress } from '../config/database-address.js';
import { SYSTEM_CA, type TlsConfig } from '../config/database-tls.js';

/** Whether a connection is encrypted. */
export type Transport = 'tls' | 'plain';

/** The transports in the order in which libpq tries them. */
export function transportsFor(
  { tls: { mode }, needsChannelBinding }: Pick<DatabaseAddress, 'tls' | 'needsChannelBinding'>,
  isUnixSocket: boolean,
): readonly Transport[] {
  if (isUnixSocket || mode === 'disable') return ['plain'];
  if (needsChannelBinding) return ['tls'];
  if (mode === 'allow') return ['plain', 'tls'];
  if (mode === 'prefer') return ['tls', 'plain'];
  return ['tls'];
}

/** pg's option `ssl`; files are read again each time. @throws BugflowError */
export async function readTlsOptions(tls: TlsConfig, host: string): Promise<ConnectionOptions> {
  const { mode, caFile, certFile, keyFile, serverName = host } = tls;
  const [ca, cert, key] = await Promise.all([
    caFile === undefined || caFile === SYSTEM_CA ? undefined : readCertificate(caFile, 'CA certificates'),
    certFile && readCertificate(certFile, 'client certificate'),
    keyFile && readPrivateKey(keyFile),
  ]);
  const known = {
    // Keys without a value are left out: tls takes undefined for an empty file.
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  };
  try {
    createSecureContext(known);
  } catch (error) {
    throw new BugflowError(
      'DATABASE_TLS',
      `${[caFile, certFile, keyFile].filter((file) => file !== undefined).join(', ')}: ${messageOf(error)}; the files must be PEM without a passphrase, and the key must belong to the certificate`,
      { cause: error },
    );
  }
  return {
    ...known,
    ...(isIP(serverName) === 0 && { servername: serverName }),
    rejectUnauthorized: mode === 'verify-full' || caFile !== undefined,
    checkServerIdentity: (_host, certificate) =>
      mode === 'verify-full' ? checkServerIdentity(serverName, certificate) : undefined,
  };
}

async function readPem(file: string, what: string): Promise<Buffer> {
  try {
    return await readNamedFile(file);
  } catch (error) {
    throw new BugflowError('DATABASE_TLS', `cannot read the ${what} ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function readCertificate(file: string, what: string): Promise<Buffer> {
  const bytes = await readPem(file, what);
  // OpenSSL skips what it does not recognize, and would then trust nobody.
  if (!/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(bytes.toString('latin1')))
    throw new BugflowError('DATABASE_TLS', `the ${what} ${file}: it contains no certificate in PEM`);
  return bytes;
}

/** As in libpq: the group may read a key that belongs to root. */
async function readPrivateKey(file: string): Promise<Buffer> {
  const bytes = await readPem(file, 'private key');
  const { mode, uid } = await stat(file);
  if ((mode & (uid === 0 ? 0o027 : 0o077)) !== 0) {
    throw new BugflowError(
      'DATABASE_TLS',
      `others may read the private key ${file} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}); fix it with: chmod 600 ${file}`,
    );
  }
  return bytes;
}

const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
]);

/** pg's message when the server has no TLS. */
const NO_TLS = /server does not support SSL|establishing an SSL connection/;

/** Whether the server has no TLS at all. */
export function isTlsMissing(error: unknown): boolean {
  return error instanceof BugflowError && NO_TLS.test(messageOf(error.cause));
}

/** Explains a failure of TLS between the two sides; undefined for any other error. */
export function explainTlsError(
  error: unknown,
  where: string,
  { tls, needsChannelBinding }: Pick<DatabaseAddress, 'tls' | 'needsChannelBinding'>,
): BugflowError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = messageOf(error);
  const refuse = (text: string): BugflowError =>
    new BugflowError('DATABASE_TLS', `the database at ${where} ${text}`, { cause: error });
  if (NO_TLS.test(message)) {
    return refuse(
      `does not support TLS, but ${needsChannelBinding ? 'channel_binding=require' : `sslmode ${tls.mode}`} needs it; set ssl = on in its postgresql.conf, or use another mode`,
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return refuse(
      `has a certificate for another name (${namesOf(error)}); connect by its name, or set database.tls.server_name`,
    );
  }
  if (code === 'CERT_HAS_EXPIRED') return refuse('has a certificate that has expired; renew it there');
  if (code === 'CERT_NOT_YET_VALID')
    return refuse('has a certificate that is not valid yet; compare the clocks of both machines');
  if (UNTRUSTED.has(code)) {
    const source = tls.caFile === undefined || tls.caFile === SYSTEM_CA ? 'the system' : tls.caFile;
    return refuse(
      `has a certificate that ${source} does not vouch for (${message}); set database.tls.ca_file to the certificate of its CA`,
    );
  }
  if (/^ERR_(SSL|TLS|OSSL)_/.test(code)) {
    return refuse(
      /alert/i.test(message)
        ? `breaks off the TLS handshake: ${reasonOf(error) ?? message}; check cert_file and key_file under database.tls`
        : `cannot agree on TLS: ${reasonOf(error) ?? message}`,
    );
  }
  return undefined;
}

/** The names in the certificate. */
function namesOf(error: unknown): string {
  const certificate = (error as { readonly cert?: PeerCertificate }).cert;
  return certificate?.subjectaltname ?? `CN=${certificate?.subject.CN ?? ''}`;
}

/** OpenSSL's message without the source file and line. */
function reasonOf(error: unknown): string | undefined {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'string'
    ? error.reason
    : undefined;
}
