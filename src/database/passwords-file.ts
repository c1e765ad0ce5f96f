import { stat } from 'node:fs/promises';
import { BugflowError, messageOf } from '../base/errors.js';
import { readNamedFile } from '../base/read-at-most.js';
import type { ServerHost } from '../config/server-hosts.js';

/** What an entry of the file must fit. */
export interface Login {
  readonly server: ServerHost;
  readonly database: string;
  readonly user: string;
}

/** Folders of Unix sockets that are the default somewhere, and so count as `localhost`. */
const DEFAULT_FOLDERS = new Set(['/tmp', '/run/postgresql', '/var/run/postgresql']);

/**
 * The password in libpq's file of passwords: lines of `HOST:PORT:DATABASE:USER:PASSWORD`, of which the first that fits counts.
 * Undefined when the file is not there, or has none that fits.
 * @throws BugflowError when the file cannot be used; like libpq it must belong to its user alone
 */
export async function findPassword(file: string, login: Login): Promise<string | undefined> {
  const text = await readPrivate(file);
  for (const line of text?.split(/\r?\n/) ?? []) {
    if (line.startsWith('#')) continue;
    const fields = fieldsOf(line);
    const password = fields[4];
    if (password && fits(fields, login)) return password;
  }
  return undefined;
}

function fits([host = '', port = '', database = '', user = '']: readonly string[], login: Login): boolean {
  const { server } = login;
  const hosts = DEFAULT_FOLDERS.has(server.host) ? [server.host, 'localhost'] : [server.host];
  return (
    (host === '*' || hosts.includes(host)) &&
    (port === '*' || port === String(server.port)) &&
    (database === '*' || database === login.database) &&
    (user === '*' || user === login.user)
  );
}

/** A `\` before `:` or `\` makes it mean itself. */
function fieldsOf(line: string): string[] {
  const fields = [''];
  for (const [part] of line.matchAll(/\\[\\:]|./gs)) {
    if (part === ':' && fields.length < 5) fields.push('');
    else fields.push((fields.pop() ?? '') + (part.length === 2 ? part[1] : part));
  }
  return fields;
}

async function readPrivate(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) {
      throw new BugflowError(
        'DATABASE_LOGIN_REFUSED',
        `others may read the passwords in ${file} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}), so it is not used; fix it with: chmod 600 ${file}`,
      );
    }
    return (await readNamedFile(file)).toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof BugflowError) throw error;
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw new BugflowError(
      'DATABASE_LOGIN_REFUSED',
      `cannot read the passwords in ${file}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
