import { join } from 'node:path';
import { accountName } from '../base/account.js';
import { BugflowError } from '../base/errors.js';
import type { SshConfig, SshLogin } from '../config/ssh-section.js';
import type { HostSettings } from './host-settings.js';
import { readSshConfigFile, type SshConfigFile } from './ssh-config-file.js';

/** One SSH server on the way, with everything needed to log in there. */
export interface Hop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** For messages: `USER@HOST:PORT`. */
  readonly label: string;
  readonly login: SshLogin;
  /** Keys that OpenSSH would try; files that do not exist are skipped. */
  readonly identityFiles: readonly string[];
  /** Whether they are named for this server, and not only where keys are by default. */
  readonly namesIdentities: boolean;
  /** Whether the agent's other keys must not be tried. */
  readonly identitiesOnly: boolean;
  /** OpenSSH's configuration, for messages. */
  readonly configFile: string;
  readonly knownHostsFiles: readonly string[];
}

const MAX_HOPS = 8;
const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * The servers from the first to the one that forwards to the database.
 * @param client OpenSSH's client, which reads its configuration
 * @throws BugflowError
 */
export async function resolveRoute(config: SshConfig, client = 'ssh'): Promise<readonly Hop[]> {
  const file = await readSshConfigFile(config.configFile, client);
  const { jump } = config;
  const before = await jumpsOf(await file(jump ?? config), config, file, 1);
  const configured = jump === undefined ? [] : [await hopOf(jump, config, file)];
  return [...before, ...configured, await hopOf(config, config, file)];
}

/** The hops named by `ProxyJump`, each after those that lead to it. */
async function jumpsOf(
  { proxyJump }: HostSettings,
  config: SshConfig,
  file: SshConfigFile,
  depth: number,
): Promise<readonly Hop[]> {
  if (proxyJump === undefined || proxyJump.toLowerCase() === 'none') return [];
  if (depth > MAX_HOPS) {
    throw new BugflowError(
      'CONFIG_INVALID',
      `ProxyJump in ${config.configFile} goes round in circles or over more than ${MAX_HOPS} servers`,
    );
  }
  const hops: Hop[] = [];
  for (const [index, text] of proxyJump.split(',').entries()) {
    const login = await jumpLogin(text.trim(), config, file);
    // Only the first server is reached directly; each other one through the one before it.
    if (index === 0) hops.push(...(await jumpsOf(await file(login), config, file, depth + 1)));
    hops.push(await hopOf(login, config, file));
  }
  return hops;
}

async function jumpLogin(text: string, config: SshConfig, file: SshConfigFile): Promise<SshLogin> {
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?\/?$/.exec(text);
  const host = match?.[2] ?? match?.[3];
  if (host === undefined) {
    throw new BugflowError(
      'CONFIG_INVALID',
      `"${text}" in ${config.configFile} is not an SSH server; write ProxyJump USER@HOST:PORT`,
    );
  }
  const user = match?.[1];
  const port = match?.[4] === undefined ? undefined : Number(match[4]);
  const { identityFiles } = await file({ host, user, port });
  return {
    host,
    user,
    port,
    // Most people use one key for all servers on the way.
    keyFile: identityFiles.length === 0 ? config.keyFile : undefined,
    passphrase: config.passphrase,
    passphraseFile: config.passphraseFile,
    passwordFile: undefined,
    agent: config.agent,
    hostKey: undefined,
  };
}

async function hopOf(login: SshLogin, config: SshConfig, file: SshConfigFile): Promise<Hop> {
  const settings = await file(login);
  const host = (settings.hostName ?? '%h').replaceAll('%h', login.host).toLowerCase();
  const port = login.port ?? settings.port ?? 22;
  const user = login.user ?? settings.user ?? accountName();
  if (user === undefined)
    throw new BugflowError(
      'CONFIG_INVALID',
      `nobody says as whom to log in at ${host}, and this account has no name; set ssh.user`,
    );
  const expand = (path: string): string => {
    const tokens: Readonly<Record<string, string>> = { d: config.home, h: host, r: user, '%': '%' };
    const expanded = path.replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole);
    return expanded.startsWith('~/') ? join(config.home, expanded.slice(2)) : expanded;
  };
  const configured = settings.identityFiles.filter((path) => path !== 'none').map(expand);
  return {
    host,
    port,
    user,
    label: `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`,
    login,
    identityFiles:
      settings.identityFiles.length > 0
        ? configured
        : DEFAULT_KEYS.map((name) => join(config.home, '.ssh', name)),
    namesIdentities: settings.identityFiles.length > 0,
    identitiesOnly: settings.identitiesOnly,
    configFile: config.configFile,
    knownHostsFiles: config.knownHostsFiles,
  };
}
