import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { z } from 'zod';
import type { DocumentPath } from '../../base/document.js';
import { BugflowError, messageOf, type Place } from '../../base/errors.js';
import type { webFileSchema } from './schema.js';
import { CIPHER_SUITES, type ClientAuthType, TLS_VERSIONS } from './tls-names.js';
import type { ReadNamedFile } from './web-file.js';

export interface TlsSettings {
  readonly clientAuth: ClientAuthType;
  /** Certificate, key and everything else that can be replaced while the server runs. */
  readonly context: SecureContextOptions;
}

type RawTls = NonNullable<z.output<typeof webFileSchema>['tls_server_config']>;

/** @throws BugflowError */
export async function tlsSettings(
  raw: RawTls,
  read: ReadNamedFile,
  locate: (path: DocumentPath) => Place,
): Promise<TlsSettings> {
  const fail = (key: keyof RawTls, message: string, cause?: unknown): BugflowError =>
    new BugflowError('CONFIG_INVALID', message, { place: locate(['tls_server_config', key]), cause });
  const readPem = (key: 'cert_file' | 'key_file' | 'client_ca_file', file: string): Promise<string> =>
    read(file, ['tls_server_config', key]);

  if (TLS_VERSIONS[raw.min_version] > TLS_VERSIONS[raw.max_version])
    throw fail('min_version', 'min_version is above max_version');
  if (raw.client_auth_type === 'NoClientCert' && raw.client_ca_file !== undefined) {
    throw fail(
      'client_ca_file',
      'client_ca_file has no effect without client_auth_type; add client_auth_type: RequireAndVerifyClientCert',
    );
  }
  if (/Verify/.test(raw.client_auth_type) && raw.client_ca_file === undefined) {
    throw fail(
      'client_auth_type',
      `${raw.client_auth_type} needs client_ca_file, the certificate of the authority that signs the clients' certificates`,
    );
  }

  const cert = await readPem('cert_file', raw.cert_file);
  const certificate = parseCertificate(cert);
  if (!certificate) throw fail('cert_file', `${raw.cert_file} does not hold a certificate in PEM format`);
  const key = await readPem('key_file', raw.key_file);
  const privateKey = parseKey(key);
  if (!privateKey)
    throw fail('key_file', `${raw.key_file} does not hold a private key in PEM format without a passphrase`);
  if (!certificate.checkPrivateKey(privateKey))
    throw fail('key_file', `${raw.key_file} is not the key of the certificate ${raw.cert_file}`);
  const ca = raw.client_ca_file && (await readPem('client_ca_file', raw.client_ca_file));
  if (ca !== undefined && !parseCertificate(ca))
    throw fail('client_ca_file', `${raw.client_ca_file} does not hold a certificate in PEM format`);

  const context: SecureContextOptions = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: TLS_VERSIONS[raw.min_version],
    maxVersion: TLS_VERSIONS[raw.max_version],
    ...(raw.cipher_suites && { ciphers: raw.cipher_suites.map((name) => CIPHER_SUITES[name]).join(':') }),
    honorCipherOrder: raw.prefer_server_cipher_suites,
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw fail('cert_file', `OpenSSL does not accept this: ${messageOf(error)}`, error);
  }
  return { clientAuth: raw.client_auth_type, context };
}

function parseCertificate(pem: string): X509Certificate | undefined {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Its error is not shown, as it may quote the key. */
function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
