import type { Command } from 'commander';
import { BugflowError } from '../base/errors.js';
import { readText } from '../base/read-text.js';
import { createExpansion, type Environment } from '../config/expand.js';
import { type LoginFiles, readLogin } from '../config/login-files.js';
import type { Access } from '../http/http-target.js';
import { isSecretHeader } from '../http/redaction.js';

export interface AccessFlags {
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly headersFile?: string | undefined;
}

/** Adds to a command what lets it in to the server that it asks. No secret stands in the arguments, which everybody sees. */
export function addAccessOptions(command: Command): Command {
  return addHeaderOptions(
    command
      .option('--user <name>', 'log in as this user')
      .option('--password-file <file>', "file with the user's password")
      .option('--token-file <file>', 'file with a bearer token'),
  );
}

export function addHeaderOptions(command: Command): Command {
  return command
    .option(
      '--header <header>',
      `send this header, too, like 'X-Scope-OrgID: team' (may be repeated; \${VAR} is taken from the environment)`,
      (header: string, before: readonly string[] = []) => [...before, header],
    )
    .option('--headers-file <file>', 'file with such headers, one a line: for those that nobody may see');
}

export interface ArgumentContext {
  readonly env: Environment;
  /** Ends the command, as it was called wrongly. */
  readonly fail: (message: string) => never;
}

/** Reads the files that the options name. @throws BugflowError that names the file */
export async function readAccess(flags: AccessFlags, context: ArgumentContext): Promise<Access> {
  const files = loginFiles(flags, context);
  const login = files && (await readLogin(files));
  const own = await readHeaders(flags, context);
  if (login && 'authorization' in own.headers)
    context.fail('Authorization is given twice: as a header, and by --user or --token-file; keep one');
  const tenants = Object.entries(own.headers).filter(([name]) => !isSecretHeader(name));
  return {
    headers: { ...(login && { authorization: login.authorization }), ...own.headers },
    secrets: [...(login?.secrets ?? []), ...own.secrets],
    tenant: [...(flags.user === undefined ? [] : [flags.user]), ...tenants.flat()].join('\n'),
  };
}

/** Undefined where no login is given. */
export function loginFiles(
  { user, passwordFile, tokenFile }: AccessFlags,
  { fail }: Pick<ArgumentContext, 'fail'>,
): LoginFiles | undefined {
  if (tokenFile !== undefined) {
    if (user !== undefined || passwordFile !== undefined)
      fail('give a login once: --token-file, or --user and --password-file');
    return { tokenFile };
  }
  if (user === undefined && passwordFile === undefined) return undefined;
  if (user === undefined || passwordFile === undefined)
    return fail('--user and --password-file belong together: give both');
  if (user.includes(':')) fail('--user must not contain a colon, which ends the name');
  return { user, passwordFile };
}

/** What says how the body is to be read, or where it ends. */
const OURS = /^(content-.*|transfer-encoding|connection|upgrade|expect|te|trailer|x-prometheus-.*)$/;
const FORM = 'a header is written NAME: VALUE, like X-Scope-OrgID: team';
/** Shorter values are hardly secrets, and would be replaced inside ordinary words. */
const SHORTEST_SECRET = 8;

type Refuse = (message: string) => never;

async function readHeaders(
  { header: given = [], headersFile }: AccessFlags,
  { env, fail }: ArgumentContext,
): Promise<Pick<Access, 'headers' | 'secrets'>> {
  const headers: Record<string, string> = {};
  const secrets: string[] = [];
  const add = (name: string, value: string, isHidden: boolean, refuse: Refuse): void => {
    const key = name.toLowerCase();
    if (OURS.test(key)) refuse(`the header ${name} is set by taiga-bugflow itself; leave it out`);
    if (Object.hasOwn(headers, key)) refuse(`the header ${name} is given twice; keep one`);
    if (!/^[\x20-\x7e\x80-\xff]*$/.test(value)) refuse(`the header ${name} holds unexpected characters`);
    headers[key] = value;
    if (isHidden && value.length >= SHORTEST_SECRET) secrets.push(value);
  };
  const expansion = createExpansion(env);
  for (const text of given) {
    const refuse: Refuse = (message) => fail(`--header: ${message}`);
    const [name, value] = parse(text) ?? refuse(FORM);
    const isFromEnvironment = /\$\{/.test(value);
    if (isSecretHeader(name) && !isFromEnvironment) {
      refuse(
        `${name} must not stand in the arguments, which everybody on this machine sees; write it into a file for --headers-file, or take it from the environment: --header '${name}: \${VAR}', in single quotes`,
      );
    }
    add(name, String(expansion.expand(value, () => ({ file: '--header' }))), isFromEnvironment, refuse);
  }
  if (headersFile === undefined) return { headers, secrets };
  const lines = await readText(headersFile, { unreadable: 'CONFIG_UNREADABLE', invalid: 'CONFIG_INVALID' });
  for (const [i, line] of lines
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const refuse: Refuse = (message) => {
      throw new BugflowError('CONFIG_INVALID', message, { place: { file: headersFile, line: i + 1 } });
    };
    const [name, value] = parse(line) ?? refuse(FORM);
    add(name, value, true, refuse);
  }
  return { headers, secrets };
}

/** The text is not quoted in errors: it may be a secret. */
function parse(text: string): readonly [name: string, value: string] | undefined {
  const match = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:(.*)$/.exec(text);
  return match ? [match[1] ?? '', (match[2] ?? '').trim()] : undefined;
}

/** Names in a query that speak of something to be kept secret. */
const SECRET_PARAMETER = /(^|[_-])(token|key|apikey|secret|password|passwd|pass|pwd|auth|sig|signature)$/i;

/**
 * An address from the arguments, with what it takes from the environment. What the environment gives between `//` and `@`,
 * or behind the `?`, need not be encoded. Fails when there is a secret in the arguments.
 */
export function argumentUrl(option: string, text: string, { env, fail }: ArgumentContext): string {
  const [, user = ''] = /^[a-z]+:\/\/([^@]*)@/i.exec(text) ?? [];
  // Neither where it belongs, nor behind a /, ? or # that is not encoded.
  if (user.includes('${') ? text.replace(`${user}@`, '').includes('@') : text.includes('@')) {
    fail(
      `${option}: no user and password in the arguments, which everybody on this machine sees; give --token-file, or --user and --password-file (an @ in the path is written %40)`,
    );
  }
  const [address = '', query] = split(text, '?');
  for (const parameter of query?.split('&') ?? []) {
    const [name = '', value = ''] = split(parameter, '=');
    if (SECRET_PARAMETER.test(name) && value !== '' && !value.includes('${'))
      fail(
        `${option}: no secrets in the arguments, which everybody on this machine sees; take it from the environment: ${name}=\${VAR}, in single quotes`,
      );
  }
  const expand = (part: string, variables: Environment): string =>
    String(createExpansion(variables).expand(part, () => ({ file: option })));
  const encoded = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value === undefined ? value : encodeURIComponent(value),
    ]),
  );
  const expanded = expand(address.replace(user, ''), env);
  const withUser = user === '' ? expanded : expanded.replace('://@', () => `://${expand(user, encoded)}@`);
  return query === undefined ? withUser : `${withUser}?${expand(query, encoded)}`;
}

/** At the first one. */
function split(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
