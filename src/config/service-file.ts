import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { homeFolder } from '../base/account.js';
import { messageOf } from '../base/errors.js';
import type { ConnectionOptions } from './database-url.js';
import type { Environment } from './expand.js';

/** Where libpq looks for a service, in this order, when nothing names the file. */
const SYSTEM_FOLDERS = ['/etc/postgresql-common', '/etc'];

/**
 * The options of a service: a group `[NAME]` in a file of libpq (`pg_service.conf`).
 * @throws Error that says what is wrong, without a value
 */
export async function readService(
  name: string,
  named: string | undefined,
  environment: Environment,
): Promise<{ readonly file: string; readonly options: ConnectionOptions }> {
  const files = named === undefined ? usualFiles(environment) : [named];
  for (const file of files) {
    const options = optionsIn(await readOptional(file, named !== undefined), name, file);
    if (options) return { file, options };
  }
  throw new Error(`there is no service of the name that is given in ${files.join(' or ')}`);
}

function usualFiles(environment: Environment): string[] {
  const folders = environment.PGSYSCONFDIR ? [environment.PGSYSCONFDIR] : SYSTEM_FOLDERS;
  return [
    join(homeFolder(environment), '.pg_service.conf'),
    ...folders.map((folder) => join(folder, 'pg_service.conf')),
  ];
}

async function readOptional(file: string, isNeeded: boolean): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (!isNeeded && error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new Error(`cannot read the service file ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function optionsIn(text: string, name: string, file: string): ConnectionOptions | undefined {
  let options: Map<string, string> | undefined;
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const group = /^\[(.*)\]$/.exec(line)?.[1];
    if (group !== undefined) {
      // The first group of a name counts.
      if (options) return options;
      if (group === name) options = new Map();
      continue;
    }
    if (!options) continue;
    const equals = line.indexOf('=');
    if (!/^\w+$/.test(line.slice(0, Math.max(equals, 0))))
      throw new Error(`${file}:${i + 1}: this is no NAME=VALUE, without blanks around the =`);
    const value = line.slice(equals + 1);
    if (value !== '') options.set(line.slice(0, equals), value);
  }
  return options;
}
