import { join, resolve } from 'node:path';
import { z } from 'zod';
import { homeFolder } from '../base/account.js';
import type { DocumentPath } from '../base/document.js';
import { timeout } from '../base/duration.js';
import { BugflowError } from '../base/errors.js';
import { secret } from './secret.js';
import { defineSection, type SectionContext } from './section.js';

const passphrase = secret('passphrase', {
  meaning: 'Passphrase of the private key.',
  fileMeaning: 'File that holds the passphrase, instead of `passphrase`.',
});

const sshLogin = {
  host: z.string().min(1).describe('The SSH server: a name, an address, or a `Host` of `~/.ssh/config`.'),
  port: z
    .number()
    .int()
    .positive()
    .max(65_535)
    .optional()
    .describe('Its port; by default 22 or what `~/.ssh/config` says.'),
  user: z
    .string()
    .min(1)
    .optional()
    .describe('The user there; by default what `~/.ssh/config` says, else the user of this process.'),
  key_file: z
    .string()
    .optional()
    .describe('Private key to log in with; only its owner may read it (`chmod 600`).'),
  ...passphrase.keys,
  password_file: z
    .string()
    .optional()
    .describe('File that holds a password to log in with; read again at each connect.'),
  agent: z
    .boolean()
    .optional()
    .describe(
      'Whether to log in with the keys of the SSH agent at `SSH_AUTH_SOCK`; by default only when neither `key_file` nor `password_file` is given.',
    ),
  host_key: z
    .string()
    .regex(
      /^SHA256:[A-Za-z0-9+/]{43}=?$/,
      'a fingerprint is SHA256: and 43 characters, as `ssh-keygen -lf KEY.pub` prints it on the server',
    )
    .optional()
    .describe("Fingerprint of the server's key, `SHA256:…`, instead of `known_hosts`."),
};

const sshSchema = z.strictObject({
  ...sshLogin,
  jump: z
    .strictObject(sshLogin)
    .optional()
    .describe('An SSH server on the way there; by default what `ProxyJump` in `~/.ssh/config` says.'),
  known_hosts: z
    .string()
    .optional()
    .describe(
      'File with the keys of SSH servers; `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts` by default.',
    ),
  config_file: z
    .string()
    .default('~/.ssh/config')
    .describe('OpenSSH configuration whose `Host` aliases are used; it need not exist.'),
  connect_timeout: timeout.prefault('5s').describe('How long setting up the SSH session may take.'),
  keep_alive: timeout
    .prefault('15s')
    .describe(
      'How often a silent session is probed; after three probes without an answer it counts as lost.',
    ),
});

type RawSsh = z.output<typeof sshSchema>;

/** One SSH server and how to log in there; undefined values may still come from OpenSSH's configuration. */
export interface SshLogin {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly keyFile: string | undefined;
  /** Never shown. */
  readonly passphrase: string | undefined;
  readonly passphraseFile: string | undefined;
  readonly passwordFile: string | undefined;
  /** The path of the agent's socket. */
  readonly agent: string | undefined;
  /** The pinned fingerprint, `SHA256:…`. */
  readonly hostKey: string | undefined;
}

export interface SshConfig extends SshLogin {
  readonly jump: SshLogin | undefined;
  readonly knownHostsFiles: readonly string[];
  /** The path of OpenSSH's own configuration. */
  readonly configFile: string;
  readonly home: string;
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
}

/** The way to the database through SSH; undefined: directly. */
export const sshSection = defineSection({
  key: 'ssh',
  name: 'ssh',
  schema: sshSchema
    .optional()
    .describe(
      'The SSH server through which the database is reached; host and port in the database URL are then as that server sees them.',
    ),
  resolve: (raw, context) => raw && sshConfig(raw, context),
});

function sshConfig(raw: RawSsh, section: SectionContext): SshConfig {
  const { base, env, locate } = section;
  const home = homeFolder(env);
  const file = (path: string): string =>
    path.startsWith('~/') ? join(home, path.slice(2)) : resolve(base, path);
  const login = (
    { agent, ...given }: Omit<typeof raw, 'jump' | 'config_file' | 'connect_timeout' | 'keep_alive'>,
    path: DocumentPath,
  ): SshLogin => {
    const secretPhrase = passphrase.resolve(given, { ...section, resolveFile: file }, path);
    if (agent && !env.SSH_AUTH_SOCK) {
      throw new BugflowError(
        'CONFIG_INVALID',
        'ssh.agent is true, but SSH_AUTH_SOCK is not set; start an agent with `eval $(ssh-agent)` or use key_file',
        { place: locate([...path, 'agent']) },
      );
    }
    const wantsAgent = agent ?? (given.key_file === undefined && given.password_file === undefined);
    return {
      host: given.host,
      port: given.port,
      user: given.user,
      keyFile: given.key_file && file(given.key_file),
      passphrase: secretPhrase && 'text' in secretPhrase ? secretPhrase.text : undefined,
      passphraseFile: secretPhrase && 'file' in secretPhrase ? secretPhrase.file : undefined,
      passwordFile: given.password_file && file(given.password_file),
      agent: wantsAgent ? env.SSH_AUTH_SOCK || undefined : undefined,
      hostKey: given.host_key?.replace(/=$/, ''),
    };
  };
  return {
    ...login(raw, ['ssh']),
    jump: raw.jump && login(raw.jump, ['ssh', 'jump']),
    knownHostsFiles:
      raw.known_hosts === undefined
        ? [join(home, '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts']
        : [file(raw.known_hosts)],
    configFile: file(raw.config_file),
    home,
    connectTimeoutMs: raw.connect_timeout,
    keepAliveMs: raw.keep_alive,
  };
}
