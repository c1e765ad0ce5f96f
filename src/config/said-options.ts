import { resolve } from 'node:path';
import { messageOf } from '../base/errors.js';
import { isKnownParameter, PARAMETERS } from './database-parameters.js';
import { type ConnectionOptions, parseDatabaseUrl } from './database-url.js';
import type { Environment } from './expand.js';
import { readService } from './service-file.js';

/** What is said about a connection: by the URL, else by its service, else by libpq's environment variables. */
export interface SaidOptions {
  value(parameter: string): string | undefined;
  /** As a path; those of the URL are relative to the configuration. */
  path(parameter: string): string | undefined;
  /** Who said it; undefined when the URL did, or nobody. */
  by(parameter: string): string | undefined;
  /** Names a parameter for messages, as the one who said it knows it. */
  describe(parameter: string): string;
}

export interface SaidContext {
  /** The folder to which paths in the URL are relative. */
  readonly base: string;
  readonly environment: Environment;
  /** The URL's origin, for messages. */
  readonly name: string;
  /** The keys of the configuration that say the same as a parameter: they go before what surrounds the URL. */
  readonly keys: Readonly<Record<string, string>>;
  /** Makes the error from a message; it is about that key of the configuration, or without one about the URL. */
  readonly refuse: (message: string, key?: string) => Error;
}

/** What a URL of PostgreSQL looks like, after what is wrong with this one. */
export function notAUrl(name: string, mistake: string): string {
  return `${name} is not a URL of PostgreSQL${mistake && `: ${mistake}`}; write postgres://USER:PASSWORD@HOST:5432/NAME, with reserved characters in the password percent-encoded (@ is %40)`;
}

/** Reads a database URL and what belongs to it; no message quotes a value. @throws what `refuse` makes */
export async function gatherOptions(text: string, context: SaidContext): Promise<SaidOptions> {
  const { base, environment, name, keys, refuse } = context;
  const said = new Map<string, { readonly value: string; readonly by: string | undefined }>();
  const describe = (parameter: string): string => {
    const by = said.get(parameter)?.by;
    if (by === undefined) return `the parameter ${parameter} of the database URL`;
    return by === PARAMETERS[parameter]?.variable
      ? `the environment variable ${by}`
      : `the parameter ${parameter} of ${by}`;
  };
  const add = (options: ConnectionOptions, by: (parameter: string) => string | undefined): void => {
    for (const [parameter, value] of options) {
      const key = Object.hasOwn(keys, parameter) ? keys[parameter] : undefined;
      if (said.has(parameter) || (key !== undefined && by(parameter) !== undefined)) continue;
      if (key !== undefined)
        throw refuse(`${key} and ${parameter} in the database URL are both given; keep one`, key);
      said.set(parameter, { value, by: by(parameter) });
      if (!isKnownParameter(parameter)) {
        throw refuse(
          `${/^[a-z]\w{1,40}$/i.test(parameter) ? describe(parameter) : 'a parameter of the database URL'} is not supported; docs/database.md lists those that are`,
        );
      }
      const { only, instead } = PARAMETERS[parameter] ?? {};
      if (only !== undefined && !only.includes(value))
        throw refuse(`${describe(parameter)} is not supported${otherThan(only)}; ${instead}`);
    }
  };

  const url = parseDatabaseUrl(text);
  if ('mistake' in url) throw refuse(notAUrl(name, url.mistake));
  add(url, () => undefined);
  const variables = variablesIn(environment);
  const service = url.get('service') ?? variables.get('service');
  if (service !== undefined) {
    const named = url.get('servicefile');
    const file = named === undefined ? variables.get('servicefile') : resolve(base, named);
    const found = await readService(service, file, environment).catch((error: unknown) => {
      throw refuse(`the service that has the database: ${messageOf(error)}`);
    });
    if (found.options.has('service'))
      throw refuse(`the service in ${found.file} names another one; leave it out`);
    add(found.options, () => `the service in ${found.file}`);
  }
  add(variables, (parameter) => PARAMETERS[parameter]?.variable);

  return {
    value: (parameter) => said.get(parameter)?.value,
    path(parameter) {
      const found = said.get(parameter);
      return found && (found.by === undefined ? resolve(base, found.value) : resolve(found.value));
    },
    by: (parameter) => said.get(parameter)?.by,
    describe,
  };
}

function variablesIn(environment: Environment): ConnectionOptions {
  return new Map(
    Object.entries(PARAMETERS).flatMap(([parameter, { variable }]) => {
      const value = variable === undefined ? undefined : environment[variable];
      return value ? [[parameter, value] as const] : [];
    }),
  );
}

function otherThan(values: readonly string[]): string {
  return values.length === 0 ? '' : ` with a value other than ${values.slice(0, 2).join(' or ')}`;
}
