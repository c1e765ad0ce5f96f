import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0;

export const SKIPPED = '(skipped without openssl)';

/** A certification authority of a test's own. */
export interface Authority {
  readonly folder: string;
  /** Its certificate. */
  readonly file: string;
  /** Signs a certificate for this machine, or for a client of that name. */
  issue(name: string): Issued;
  remove(): void;
}

export interface Issued {
  readonly certFile: string;
  readonly keyFile: string;
}

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-ca-'));
  const file = join(folder, 'ca.crt');
  const caKey = join(folder, 'ca.key');
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(['req', '-x509', ...newKey, '-keyout', caKey, '-out', file, '-days', '2', '-subj', '/CN=test CA']);
  const extensions = join(folder, 'extensions');
  writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n');
  return {
    folder,
    file,
    issue(name) {
      const [certFile, keyFile, request] = ['crt', 'key', 'csr'].map((suffix) =>
        join(folder, `${name}.${suffix}`),
      ) as [string, string, string];
      openssl(['req', ...newKey, '-keyout', keyFile, '-out', request, '-subj', `/CN=${name}`]);
      openssl([
        ...['x509', '-req', '-in', request, '-CA', file, '-CAkey', caKey, '-CAcreateserial'],
        ...['-out', certFile, '-days', '2', '-extfile', extensions],
      ]);
      return { certFile, keyFile };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
