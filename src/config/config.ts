import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type DocumentPath, readDocument } from '../documents/document.js';
import { BugflowError, messageOf, type Place } from '../errors.js';
import { type Environment, expandVariables } from './expand.js';
import { configSchema, type Kind, parseListen, type RawConfig, type Stage } from './schema.js';

export interface DatabaseConfig {
  /** May hold the password: never shown. */
  readonly url: string;
  readonly passwordFile: string | undefined;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly applicationName: string;
}

/** One SSH server and how to log in there; what is undefined may still come from OpenSSH's configuration. */
export interface SshLogin {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly keyFile: string | undefined;
  /** Never shown. */
  readonly passphrase: string | undefined;
  readonly passphraseFile: string | undefined;
  readonly passwordFile: string | undefined;
  /** The agent's socket. */
  readonly agent: string | undefined;
  /** The pinned fingerprint, `SHA256:…`. */
  readonly hostKey: string | undefined;
}

export interface SshConfig extends SshLogin {
  readonly jump: SshLogin | undefined;
  readonly knownHostsFiles: readonly string[];
  /** OpenSSH's own configuration. */
  readonly configFile: string;
  readonly home: string;
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
}

/** One line of the team's description of its boards; patterns have `*` and `?` as wildcards. */
export interface WorkflowRule {
  readonly project: string;
  readonly kind: Kind | undefined;
  readonly status: string;
  readonly stage: Stage;
}

/** What the team calls a move from one of these statuses to one of those. */
export interface TransitionRule {
  readonly name: string;
  readonly project: string;
  readonly kind: Kind | undefined;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface CollectorOverride {
  readonly enabled: boolean | undefined;
  readonly schedule: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly staleAfterMs: number | undefined;
  readonly maxSeries: number | undefined;
}

export interface Config {
  /** The file it came from, if any. */
  readonly file: string | undefined;
  readonly database: DatabaseConfig;
  /** The way to the database, when it is not direct. */
  readonly ssh: SshConfig | undefined;
  readonly listen: { readonly host: string; readonly port: number };
  readonly timeZone: string;
  /** Without a slash at the end; empty when not configured. */
  readonly taigaUrl: string;
  readonly projects: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly workflow: readonly WorkflowRule[];
  readonly transitions: readonly TransitionRule[];
  readonly thresholds: {
    readonly staleAfterMs: number;
    readonly untriagedAfterMs: number;
    readonly sleMs: Readonly<Partial<Record<Kind, number>>>;
    readonly attentionItems: number;
  };
  readonly labels: { readonly people: 'full_name' | 'username' | 'off'; readonly subjects: boolean };
  /** Absolute patterns of the team's own collector files. */
  readonly collectorFiles: readonly string[];
  readonly overrides: Readonly<Record<string, CollectorOverride>>;
  /** The labels that Prometheus gives to what it scrapes here. */
  readonly targetLabels: { readonly job: string; readonly instance: string };
  readonly reloadEndpoint: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

export interface ConfigSource {
  readonly file: string | undefined;
  readonly env: Environment;
}

/** Reads and checks the configuration. @throws BugflowError naming file, line and mend. */
export async function loadConfig({ file, env }: ConfigSource): Promise<Config> {
  if (file === undefined) return toConfig(undefined, configSchema.parse({}), env, () => undefined);
  const document = await readDocument(
    file,
    configSchema,
    { unreadable: 'CONFIG_UNREADABLE', invalid: 'CONFIG_INVALID' },
    (value, place) => expandVariables(value, env, place),
  );
  return toConfig(file, document.value, env, document.place);
}

/** Where a key stands in the configuration file, if there is one. */
type Locate = (path: DocumentPath) => Place | undefined;

async function toConfig(
  file: string | undefined,
  raw: RawConfig,
  env: Environment,
  locate: Locate,
): Promise<Config> {
  const base = file === undefined ? process.cwd() : dirname(resolve(file));
  const listen = parseListen(raw.listen);
  if (!listen) throw new Error('unreachable: the schema checked it');
  return {
    file,
    database: {
      url: await databaseUrl(base, raw, env, locate),
      passwordFile: raw.database.password_file && resolve(base, raw.database.password_file),
      poolSize: raw.database.pool_size,
      connectTimeoutMs: raw.database.connect_timeout,
      lockTimeoutMs: raw.database.lock_timeout,
      idleTimeoutMs: raw.database.idle_timeout,
      applicationName: raw.database.application_name,
    },
    ssh: raw.ssh && sshConfig(base, raw.ssh, env, locate),
    listen,
    timeZone: raw.time_zone,
    taigaUrl: (raw.taiga_url ?? '').replace(/\/+$/, ''),
    projects: raw.projects,
    workflow: raw.workflow.flatMap(({ project, kind, stages }) =>
      Object.entries(stages).flatMap(([stage, statuses]) =>
        statuses.map((status) => ({ project, kind, status, stage: stage as Stage })),
      ),
    ),
    transitions: raw.transitions.map((rule) => ({ ...rule, kind: rule.kind })),
    thresholds: {
      staleAfterMs: raw.thresholds.stale_after,
      untriagedAfterMs: raw.thresholds.untriaged_after,
      sleMs: definedOnly(raw.thresholds.sle),
      attentionItems: raw.thresholds.attention_items,
    },
    labels: raw.labels,
    collectorFiles: raw.collectors.map((path) => resolve(base, path)),
    overrides: Object.fromEntries(
      Object.entries(raw.overrides).map(([name, override]) => [
        name,
        {
          enabled: override.enabled,
          schedule: override.schedule,
          timeoutMs: override.timeout,
          staleAfterMs: override.stale_after,
          maxSeries: override.max_series,
        },
      ]),
    ),
    targetLabels: { job: raw.prometheus.job, instance: raw.prometheus.instance ?? raw.listen },
    reloadEndpoint: raw.reload_endpoint,
    logLevel: raw.log_level,
  };
}

/** The URL from the file, from a file it names, or from the environment; checked for shape, never echoed. */
async function databaseUrl(base: string, raw: RawConfig, env: Environment, locate: Locate): Promise<string> {
  const { url, url_file: urlFile } = raw.database;
  if (url !== undefined && urlFile !== undefined) {
    throw new BugflowError('CONFIG_INVALID', 'database.url and database.url_file are both given; keep one', {
      place: locate(['database', 'url_file']),
    });
  }
  const given =
    urlFile === undefined ? (url ?? env.TAIGA_DATABASE_URL) : await readSecret(resolve(base, urlFile));
  if (!given) {
    throw new BugflowError(
      'CONFIG_INVALID',
      'no database is configured; set TAIGA_DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/taiga or database.url in the configuration file',
      { place: locate(['database']) },
    );
  }
  if (!/^postgres(ql)?:\/\//.test(given) || !URL.canParse(given)) {
    const key = urlFile !== undefined ? 'url_file' : url !== undefined ? 'url' : undefined;
    throw new BugflowError(
      'CONFIG_INVALID',
      `${key ? `database.${key}` : 'TAIGA_DATABASE_URL'} is not a URL of PostgreSQL; write postgres://USER:PASSWORD@HOST:5432/NAME, with reserved characters in the password percent-encoded (@ is %40)`,
      { place: key && locate(['database', key]) },
    );
  }
  return given;
}

function sshConfig(
  base: string,
  raw: NonNullable<RawConfig['ssh']>,
  env: Environment,
  locate: Locate,
): SshConfig {
  const home = env.HOME || homedir();
  const file = (path: string): string =>
    path.startsWith('~/') ? join(home, path.slice(2)) : resolve(base, path);
  const login = (
    { agent, ...given }: Omit<typeof raw, 'jump' | 'config_file' | 'connect_timeout' | 'keep_alive'>,
    path: DocumentPath,
  ): SshLogin => {
    if (given.passphrase !== undefined && given.passphrase_file !== undefined) {
      throw new BugflowError('CONFIG_INVALID', 'passphrase and passphrase_file are both given; keep one', {
        place: locate([...path, 'passphrase_file']),
      });
    }
    if (agent && !env.SSH_AUTH_SOCK) {
      throw new BugflowError(
        'CONFIG_INVALID',
        'an SSH agent is wanted, but SSH_AUTH_SOCK is not set; start one with `eval $(ssh-agent)` or use key_file',
        { place: locate([...path, 'agent']) },
      );
    }
    const wantsAgent = agent ?? (given.key_file === undefined && given.password_file === undefined);
    return {
      host: given.host,
      port: given.port,
      user: given.user,
      keyFile: given.key_file && file(given.key_file),
      passphrase: given.passphrase,
      passphraseFile: given.passphrase_file && file(given.passphrase_file),
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

/** A secret from its file, without the line break that editors add. @throws BugflowError */
export async function readSecret(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new BugflowError('CONFIG_UNREADABLE', `cannot read the secret file ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function definedOnly<K extends string>(
  record: Partial<Record<K, number | undefined>>,
): Partial<Record<K, number>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<
    Record<K, number>
  >;
}
