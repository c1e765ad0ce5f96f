import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its private key, as files and as text. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority for one test. */
export interface Authority {
  /** Its own certificate. */
  readonly caFile: string;
  readonly ca: string;
  /** Issues a certificate for `CN=name` and alternative names like `DNS:localhost`, valid for so many days from now. */
  issue(name: string, options?: { altNames?: string; days?: number }): Certificate;
  remove(): void;
}

export const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

export function createAuthority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-ca-'));
  const path = (file: string): string => join(folder, file);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name}`);
  let issued = 0;
  return {
    caFile: path('ca.pem'),
    ca: readFileSync(path('ca.pem'), 'utf8'),
    issue(subject, { altNames, days = 2 } = {}) {
      issued += 1;
      const [certFile, keyFile, request] = [`${issued}.pem`, `${issued}.key`, `${issued}.csr`];
      openssl('req', ...newKey, '-keyout', keyFile, '-out', request, '-subj', `/CN=${subject}`);
      writeFileSync(path('extensions'), altNames === undefined ? '' : `subjectAltName=${altNames}\n`);
      openssl(
        ...['x509', '-req', '-in', request, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
        ...['-days', String(days), '-extfile', 'extensions', '-out', certFile],
      );
      chmodSync(path(keyFile), 0o600);
      return {
        certFile: path(certFile),
        keyFile: path(keyFile),
        cert: readFileSync(path(certFile), 'utf8'),
        key: readFileSync(path(keyFile), 'utf8'),
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
